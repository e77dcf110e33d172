// @vitest-environment node
import { beforeEach, describe, expect, it } from "vitest";

import { addKind, addNodes, connect, edit, focusOn, open, redo, remove, renameNode, setField, start, undo, useEditor } from "../store";
import { forms, sample } from "../testing/samples";
import type { NodeDoc } from "../types";
import { nameFault, setField as set, uniqueName } from "./edits";

const doc = () => useEditor.getState().doc;
const node = (name: string) => doc().nodes[name] as NodeDoc;

beforeEach(() => open("reception", sample("martin/flows/reception"), forms, false));

describe("renaming", () => {
  it("takes wires, the start and the tests along", () => {
    renameNode("opening", "front door");
    renameNode("night", "after hours");
    renameNode("end", "bye");
    expect(doc().start).toBe("front door");
    expect(node("front door").exits).toEqual({ open: "filter", closed: "after hours", holiday: "feast" });
    expect(node("shop").exits?.answered).toBe("bye");
    expect(doc().tests?.[0]?.expect?.path).toEqual(["front door", "filter", "choose", "shop", "bye"]);
    expect(doc().tests?.[3]?.script).toEqual([{ hang_up: "after hours" }]);
    expect(Object.keys(doc().nodes)[0]).toBe("front door");
  });

  it("refuses what another node is called, and what no node may be called", () => {
    const before = doc();
    for (const name of ["shop", "", "a/b", "x".repeat(65)]) renameNode("opening", name);
    expect(doc()).toBe(before);
    expect(nameFault("shop", before, "opening")).toBe("taken");
    expect(uniqueName("shop", Object.keys(before.nodes))).toBe("shop 2");
    expect(uniqueName("a/b", [])).toBe("a b");
  });
});

describe("fields", () => {
  it("leave the document when they say nothing, or only the default", () => {
    setField("choose", "direct_dial", false);
    setField("choose", "again", []);
    setField("shop", "presented", "");
    expect(node("choose")).not.toHaveProperty("direct_dial");
    expect(node("choose")).not.toHaveProperty("again");
    expect(node("shop")).not.toHaveProperty("presented");
  });

  it("stand before the exits when they are new", () => {
    setField("shop", "trunk", "carrier");
    expect(Object.keys(node("shop"))).toEqual(["kind", "to", "strategy", "ring", "trunk", "exits"]);
  });

  it("that are exits take the wires along: a changed key, a removed key", () => {
    setField("choose", "choices", { 7: "shop", 2: "orders" });
    expect(node("choose").exits?.["7"]).toBe("shop");
    setField("choose", "choices", { 7: "shop" });
    expect(Object.keys(node("choose").exits ?? {})).toEqual(["7", "extension", "too_many"]);
  });

  it("keep an unknown form's default", () => {
    expect(set(doc(), "shop", "ring", 25).nodes.shop?.ring).toBe(25);
  });
});

describe("nodes", () => {
  it("that are removed take the wires to them along", () => {
    remove(["nobody"]);
    expect(node("shop").exits).toEqual({ answered: "end" });
    remove(["thanks", "end", "night"]);
    expect(node("orders")).not.toHaveProperty("exits");
  });

  it("come with a place of their own, wired from where they were drawn", () => {
    const name = addKind("say", [100, 100], { node: "night", exit: "no_input" });
    expect(name).toBe("Announcement");
    expect(node("night").exits?.no_input).toBe(name);
    const second = addKind("say", [100, 100]);
    expect(second).toBe("Announcement 2");
    expect(node(second).at).not.toEqual(node(name).at);
    expect(Object.values(doc().nodes).every((one) => Array.isArray(one.at))).toBe(true);
  });

  it("that are pasted keep the wires among themselves", () => {
    const names = addNodes([["shop", { kind: "dial", to: ["101"], exits: { answered: "end", busy: "elsewhere" } }, [0, 0]], ["end", { kind: "hang_up" }, [400, 0]]]);
    expect(names).toEqual(["shop 2", "end 2"]);
    expect(node("shop 2").exits).toEqual({ answered: "end 2" });
  });

  it("begin a flow that had none", () => {
    open("new", { name: "new", start: "", nodes: {} }, forms, false);
    addKind("answer", [0, 0]);
    expect(doc().start).toBe("Answer");
    addKind("hang_up", [0, 0]);
    start("Hang up");
    expect(doc().start).toBe("Hang up");
  });
});

describe("history", () => {
  it("undoes typing in one field at once, and nothing else with it", () => {
    connect("night", "no_input", "thanks");
    for (const text of ["h", "he", "hey"]) setField("night", "note", text);
    undo();
    expect(node("night")).not.toHaveProperty("note");
    expect(node("night").exits?.no_input).toBe("thanks");
    redo();
    expect(node("night").note).toBe("hey");
    edit({ ...doc(), note: "x" });
    redo();
    expect(doc().note).toBe("x");
  });

  it("lets go of chosen nodes that are gone", () => {
    const name = addKind("say", [0, 0]);
    focusOn(name);
    undo();
    expect(useEditor.getState().selected.size).toBe(0);
  });

  it("is closed to those who only read", () => {
    open("reception", sample("martin/flows/reception"), forms, true);
    const before = doc();
    addKind("say", [0, 0]);
    remove(["end"]);
    setField("shop", "ring", 5);
    expect(doc()).toBe(before);
  });
});

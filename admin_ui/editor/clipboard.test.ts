import { beforeEach, describe, expect, it } from "vitest";

import { copied, duplicate, paste } from "./clipboard";
import { arrange, open, select, useEditor } from "./store";
import { forms, sample } from "./testing/samples";

const nodes = () => useEditor.getState().doc.nodes;

beforeEach(() => {
  localStorage.clear();
  open("reception", sample("martin/flows/reception"), forms, false);
});

describe("nodes on the clipboard", () => {
  it("go into another flow with the wires among themselves, under names that are free", () => {
    select(["shop", "end"]);
    const text = copied();
    open("other", { name: "other", start: "end", nodes: { end: { kind: "hang_up", at: [0, 0] } } }, forms, false);
    expect(paste(text, [500, 300])).toEqual(["shop", "end 2"]);
    expect(nodes().shop?.exits).toEqual({ answered: "end 2" });
    expect(nodes().shop?.to).toEqual(["101", "102"]);
    expect([...useEditor.getState().selected]).toEqual(["shop", "end 2"]);
    expect(nodes().end).toEqual({ kind: "hang_up", at: [0, 0] });
  });

  it("are had from the browser's own copy when the clipboard is closed to us", () => {
    select(["shop"]);
    copied();
    expect(paste("", null)).toEqual(["shop 2"]);
    expect(paste("some text from elsewhere", null)).toEqual([]);
    expect(paste('{"souffleur":"nodes","nodes":{"x":7}}', null)).toEqual([]);
  });

  it("lie beside the originals when they are duplicated, never on them", () => {
    arrange();
    select(["shop", "direct"]);
    const names = duplicate();
    expect(names).toEqual(["shop 2", "direct 2"]);
    const places = Object.values(nodes()).map((node) => String(node.at));
    expect(new Set(places).size).toBe(places.length);
  });
});

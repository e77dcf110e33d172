import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { parse, stringify } from "../ordered";
import { focusOn, open, setProblems, useEditor } from "../store";
import { forms, sample } from "../testing/samples";
import type { Forms, NodeDoc, NodeForm } from "../types";
import { NodePanel } from "./NodePanel";

/** A kind no front end ever heard of, with every kind of field, known and unknown widgets. */
const ORACLE: NodeForm = {
  kind: "oracle", revision: 1, title: "Oracle", help: "Asks the oracle.", icon: "eye", group: "magic", open_exits: false,
  exits: [{ name: "answered", title: "Answered" }, { each: "signs" }, { name: "late", title: "Late", when: "patience" }, { name: "hung_up", optional: true }],
  schema: {
    type: "object",
    required: ["question", "signs"],
    $defs: { Gift: { type: "object", properties: { what: { type: "string", title: "What" }, worth: { type: "number", title: "Worth" } }, required: ["what"] } },
    properties: {
      question: { type: "string", title: "Question", description: "What is asked.", widget: "crystal_ball" },
      mood: { enum: ["calm", "in_a_rage"], default: "calm", title: "Mood" },
      patience: { anyOf: [{ type: "integer", minimum: 1 }, { type: "null" }], default: null, title: "Patience" },
      loud: { type: "boolean", default: false, title: "Loud" },
      echo: { type: "string", title: "Echo", show_when: "loud" },
      signs: { type: "object", patternProperties: { "^[a-z]+$": { type: "string" } }, title: "Signs", minProperties: 1 },
      gifts: { type: "array", items: { $ref: "#/$defs/Gift" }, title: "Gifts" },
      names: { type: "array", items: { type: "string" }, title: "Names" },
      anything: { title: "Anything" },
    },
  },
};

const ALL: Forms = { ...forms, oracle: ORACLE };
const node = (name: string) => useEditor.getState().doc.nodes[name] as NodeDoc;

function show(name: string, doc: NodeDoc) {
  open("x", { name: "x", start: name, nodes: { [name]: doc, end: { kind: "hang_up" } } }, ALL, false);
  focusOn(name);
  return render(<NodePanel name={name} />);
}

beforeEach(() => {
  vi.stubGlobal("fetch", vi.fn((url: string) => Promise.resolve(new Response(url.endsWith("/prompts") ? '{"items":[{"name":"welcome","text":{"en":"Hello"}}],"next":null}' : '{"items":[],"next":null}'))));
  Element.prototype.scrollIntoView = vi.fn();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("a kind nobody knew", () => {
  it("is filled in by a form made from its schema alone", async () => {
    const user = userEvent.setup({ delay: null });
    show("o", { kind: "oracle" });
    await user.type(screen.getByLabelText("Question"), "Who calls?");
    await user.selectOptions(screen.getByLabelText("Mood"), "in a rage");
    await user.type(screen.getByLabelText("Patience"), "7");
    expect(screen.queryByLabelText("Echo")).toBeNull();
    await user.click(screen.getByLabelText("Loud"));
    await user.type(screen.getByLabelText("Echo"), "echo");
    await user.type(screen.getByLabelText("Name 1"), "raven");
    await user.type(screen.getByLabelText("Signs raven"), "yes");
    const add = screen.getAllByRole("button", { name: "Add" });
    await user.click(add[1] as HTMLElement);
    await user.type(screen.getByLabelText("What"), "gold");
    await user.type(screen.getByLabelText("Worth"), "2,5");
    await user.click(add[2] as HTMLElement);
    await user.type(screen.getByLabelText("Names 1"), "Pythia");
    expect(node("o")).toEqual({
      kind: "oracle", question: "Who calls?", mood: "in_a_rage", patience: 7, loud: true, echo: "echo", signs: { raven: "yes" }, gifts: [{ what: "gold", worth: 2.5 }], names: ["Pythia"],
    });
  });

  it("has its exits listed, and led from the list", async () => {
    show("o", { kind: "oracle", signs: { raven: "yes" }, patience: 3 });
    const list = within(screen.getByRole("region", { name: "Where it leads" }));
    expect(list.getAllByRole("combobox")).toHaveLength(4);
    await userEvent.selectOptions(list.getByLabelText("raven · yes"), "end");
    await userEvent.selectOptions(list.getByLabelText("Late"), "o");
    expect(node("o").exits).toEqual({ raven: "end", late: "o" });
  });

  it("that the server does not know either is kept as it is", () => {
    const before = { kind: "forgotten", deep: { a: [1] }, exits: { next: "end" } };
    show("f", before);
    expect(screen.getByText(/knows no node of the kind “forgotten”/)).toBeTruthy();
    expect(node("f")).toEqual(before);
  });
});

describe("fields", () => {
  it("take what is empty out of the document, and write numbers as numbers", async () => {
    const user = userEvent.setup({ delay: null });
    show("d", { kind: "dial", to: ["101"], ring: 20, presented: "+33123456789" });
    await user.clear(screen.getByLabelText("Number shown"));
    expect(node("d")).not.toHaveProperty("presented");
    const ring = screen.getByLabelText("Ring for");
    await user.clear(ring);
    expect(node("d")).not.toHaveProperty("ring");
    await user.type(ring, "30x");
    expect((ring as HTMLInputElement).value).toBe("30x");
    expect(screen.getByText("This must be a number.")).toBeTruthy();
    expect(node("d").ring).toBe(30);
  });

  it("show what the checker says under them, and take the cursor when asked", () => {
    const { container } = show("m", { kind: "menu", choices: { 1: "shop" } });
    setProblems([
      { where: "m", field: "prompt", code: "missing", text: "prompt is missing.", severity: "error" },
      { where: "m", field: "choices.1", code: "x", text: "choices.1 is odd.", severity: "warning" },
      { where: "m", field: "", code: "endless_loop", text: "It goes round.", severity: "error" },
    ]);
    focusOn("m", "choices.1");
    cleanup();
    const again = render(<NodePanel name="m" />);
    expect(again.getByText("Prompt is missing.").className).toContain("is-error");
    expect(again.getByText("Choices 1 is odd.").className).toContain("is-warning");
    expect(again.getByText("It goes round.")).toBeTruthy();
    expect((document.activeElement as HTMLInputElement).value).toBe("1");
    expect(container).toBeTruthy();
  });

  it("of a menu: a choice is renamed and its wire follows; a key twice is not written", async () => {
    const user = userEvent.setup({ delay: null });
    show("m", { kind: "menu", choices: { 1: "shop" }, exits: { 1: "end" } });
    await user.clear(screen.getByLabelText("Key 1"));
    await user.type(screen.getByLabelText("Key 1"), "5");
    expect(stringify(node("m"))).toContain('"choices":{"5":"shop"},"exits":{"5":"end"}');
    await user.click(screen.getAllByRole("button", { name: "Add" })[0] as HTMLElement);
    await user.clear(screen.getByLabelText("Key 2"));
    await user.type(screen.getByLabelText("Key 2"), "5");
    expect(screen.getByText("This is there twice.")).toBeTruthy();
    expect(stringify(node("m").choices)).toBe('{"5":"shop","1":""}');
  });

  it("keep a list's order as it is moved", async () => {
    show("d", { kind: "dial", to: ["101", "102"] });
    await userEvent.click(screen.getByRole("button", { name: "Move Whom to ring 2 up" }));
    expect(node("d").to).toEqual(["102", "101"]);
    await userEvent.click(screen.getByRole("button", { name: "Remove Whom to ring 1" }));
    expect(node("d").to).toEqual(["101"]);
  });

  it("touch nothing when they are only looked at", () => {
    const text = stringify(sample("martin/flows/reception"));
    open("reception", parse(text) as never, ALL, false);
    for (const name of Object.keys(useEditor.getState().doc.nodes)) {
      focusOn(name);
      render(<NodePanel name={name} />).unmount();
    }
    expect(stringify(useEditor.getState().doc)).toBe(text);
  });
});

// @vitest-environment node
import { beforeEach, describe, expect, it } from "vitest";

import { parse, stringify } from "../ordered";
import { addKind, arrange, connect, edit, move, open, renameNode, setField, undo, useEditor } from "../store";
import { forms, SAMPLES, sample, sampleText } from "../testing/samples";
import { boxes, wires } from "./graph";
import { setNode } from "./edits";

const present = () => useEditor.getState().doc;

describe.each(SAMPLES)("%s", (name) => {
  beforeEach(() => open(name, sample(name), forms, false));

  it("is drawn and written back as it was", () => {
    const { doc, places, selected } = useEditor.getState();
    const drawn = boxes(doc, places, selected, forms, []);
    expect(drawn.map((node) => node.id)).toEqual(Object.keys(doc.nodes));
    expect(new Set(drawn.map((node) => `${node.position.x},${node.position.y}`)).size).toBe(drawn.length);
    wires(doc, () => "", []);
    expect(stringify(present())).toBe(sampleText(name));
  });

  it("is the same after every kind of edit is undone", () => {
    const [first, second] = Object.keys(present().nodes) as [string, string];
    move({ [first]: [7, 9] });
    arrange();
    renameNode(first, "another name");
    connect(second, "next", "another name");
    addKind("menu", [0, 0]);
    setField(second, "note", "x");
    for (let turn = 0; turn < 20; turn += 1) undo();
    expect(stringify(present())).toBe(sampleText(name));
  });

  it("changes one field only when one is edited", () => {
    const [first] = Object.keys(present().nodes) as [string];
    setField(first, "note", "hello");
    const changed = parse(stringify(present())) as ReturnType<typeof present>;
    const { note, ...rest } = changed.nodes[first] as Record<string, unknown>;
    expect(note).toBe("hello");
    edit(setNode(changed, first, rest as never));
    expect(stringify(present())).toBe(sampleText(name));
  });
});

it("keeps keys and kinds nobody knows", () => {
  const text = '{"name":"x","start":"a","colour":"red","nodes":{"a":{"kind":"oracle","deep":{"2":1.0,"1":[{}]},"exits":{"next":"b"}},"b":{"kind":"hang_up"}},"tests":[]}';
  open("x", parse(text) as never, forms, false);
  renameNode("b", "c");
  renameNode("c", "b");
  expect(stringify(present())).toBe(text);
});

it("keeps the same objects for nodes and wires that did not change", () => {
  open("reception", sample(SAMPLES[0] as string), forms, false);
  const state = useEditor.getState();
  const before = boxes(state.doc, state.places, new Set(), forms, []);
  const wired = wires(state.doc, () => "", []);
  setField("shop", "ring", 30);
  const after = boxes(present(), useEditor.getState().places, new Set(["shop"]), forms, before);
  expect(after.filter((node, place) => node !== before[place]).map((node) => node.id)).toEqual(["shop"]);
  expect(wires(present(), () => "", wired).every((edge, place) => edge === wired[place])).toBe(true);
});

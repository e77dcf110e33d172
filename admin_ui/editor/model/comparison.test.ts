// @vitest-environment node
import { expect, it } from "vitest";

import { forms } from "../testing/samples";
import type { Comparison, FlowDiff, FlowDoc } from "../types";
import { counts, ghostBoxes, ghostPlaces, ghostWires, rewired } from "./comparison";

const BEFORE: FlowDoc = {
  name: "reception", start: "hello",
  nodes: {
    hello: { kind: "say", exits: { next: "choose" }, at: [0, 0] },
    choose: { kind: "menu", choices: { "1": "shop", "2": "news" }, exits: { "1": "shop", "2": "news", invalid: "shop" }, at: [300, 0] },
    news: { kind: "say", exits: { next: "bye" }, at: [600, 0] },
    shop: { kind: "dial", exits: { busy: "bye" }, at: [600, 300] },
    bye: { kind: "hang_up", at: [900, 0] },
  },
};
const AFTER: FlowDoc = {
  name: "reception", start: "hello",
  nodes: {
    hello: { kind: "say", exits: { next: "choose" }, at: [0, 0] },
    choose: { kind: "menu", choices: { "1": "counter" }, exits: { "1": "counter", invalid: "bye" }, at: [300, 0] },
    counter: { kind: "dial", exits: { busy: "bye" }, at: [600, 300] },
    bye: { kind: "hang_up", at: [900, 0] },
    more: { kind: "say", exits: { next: "bye" }, at: [620, 10] },
  },
};
const DIFF: FlowDiff = { added: ["more"], removed: ["news"], renamed: { counter: "shop" }, changed: { choose: [["choices.2", "news", null]] }, outline: [] };
const COMPARED: Comparison = { diff: DIFF, before: BEFORE, after: AFTER, title: "" };

it("knows the wires that came and went; a renamed node keeps its own", () => {
  const wires = rewired(COMPARED, BEFORE, AFTER);
  expect([...wires.added]).toEqual(["choose/invalid", "more/next"]);
  expect(wires.removed).toEqual([
    { source: "choose", exit: "2", target: "//news" },
    { source: "choose", exit: "invalid", target: "counter" },
    { source: "//news", exit: "next", target: "bye" },
  ]);
  expect(wires.gone).toEqual({ choose: ["2"] });
});

it("puts nodes that are gone where they stood, or next to who stands there now", () => {
  const drawn = Object.fromEntries(Object.entries(AFTER.nodes).map(([name, { at }]) => [name, at])) as Record<string, [number, number]>;
  const { more: _, ...nodes } = AFTER.nodes;
  expect(ghostPlaces(["news"], BEFORE, { ...AFTER, nodes }, forms, drawn)).toEqual({ news: [600, 0] });
  const { news } = ghostPlaces(["news"], BEFORE, AFTER, forms, drawn);
  expect(news?.[0]).toBe(600);
  expect(news?.[1]).toBeLessThan(-100); // above "more": the way down is longer
});

it("draws them where nobody can take hold of them", () => {
  const [box] = ghostBoxes({ news: [600, 0] }, (name) => `${name}, removed`);
  expect(box).toMatchObject({ id: "//news", type: "ghost", draggable: false, selectable: false, connectable: false, ariaLabel: "news, removed" });
  const edges = ghostWires(rewired(COMPARED, BEFORE, AFTER));
  expect(edges.map(({ id, data }) => [id, data?.state])).toEqual([
    ["//choose/2", "removed"], ["//choose/invalid", "removed"], ["////news/next", "removed"],
  ]);
});

it("counts what its legend explains", () => {
  expect(counts(COMPARED, rewired(COMPARED, BEFORE, AFTER), AFTER)).toEqual({ added: 1, changed: 2, removed: 1, wiresAdded: 2, wiresRemoved: 3 });
});

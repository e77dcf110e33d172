import { expect, it } from "vitest";

import { share, uncovered } from "./coverage";
import { failingFirst, keyOf, stepAt, withName } from "./listing";
import { resultOf, strangers } from "./running";

it("counts what is walked, and says 100 only for everything", () => {
  expect(share({ a: 1, b: 0, c: 3 })).toEqual({ covered: 2, whole: 3, percent: 66 });
  expect(share({ a: 1, b: 999, ...Object.fromEntries(Array.from({ length: 999 }, (_, n) => [`n${n}`, 1])), z: 0 }).percent).toBe(99);
  expect(share({}).percent).toBe(100);
});

it("lists nodes that are not walked, and exits of those that are", () => {
  const coverage = { nodes: { menu: 2, shop: 0, "menu.2": 1 }, exits: { "menu.1": 1, "menu.2": 0, "shop.busy": 0, "menu.2.next": 0 } };
  expect(uncovered(coverage)).toEqual([
    { node: "shop", exit: "" },
    { node: "menu", exit: "2" },
    { node: "menu.2", exit: "next" },
  ]);
});

const result = (name: string, ok = true) => ({ name, ok, problems: [], path: [], said: [] });

it("finds a test's result in its place, else by its name", () => {
  const run = { tests: [result("a"), result("b", false)], coverage: { nodes: {}, exits: {} } };
  expect(resultOf(run, { name: "b" }, 0)?.ok).toBe(false);
  expect(resultOf(run, { name: "c" }, 0)).toBeNull();
  expect(resultOf(null, { name: "a" }, 0)).toBeNull();
});

it("shows results that belong to no test", () => {
  const run = { tests: [result("", false)], coverage: { nodes: {}, exits: {} } };
  expect(strangers(run, [{ name: "a" }])).toHaveLength(1);
});

it("makes a step of a name, in this flow or another", () => {
  expect(stepAt("a/b", { "a/b": { kind: "say" } }, "reception")).toMatchObject({ flow: "reception", node: "a/b", kind: "say" });
  expect(stepAt("orders/tell", {}, "reception")).toMatchObject({ flow: "orders", node: "tell" });
});

it("shows failing tests first, and knows them by their names", () => {
  const tests = [{ name: "a" }, { name: "b" }, { name: "a" }];
  const run = { tests: [result("a"), result("b", false), result("a", false)], coverage: { nodes: {}, exits: {} } };
  expect(failingFirst(tests, run).map(({ place }) => place)).toEqual([1, 2, 0]);
  expect(tests.map((_, place) => keyOf(tests, place))).toEqual(["a 0", "b 0", "a 1"]);
  expect([...withName(withName(new Set(["a"]), "b", true), "a", false)]).toEqual(["b"]);
});

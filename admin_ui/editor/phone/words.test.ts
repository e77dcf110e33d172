import { expect, it } from "vitest";

import { givenWords, lineWords } from "./words";

it.each([
  [{ press: "1" }, "The caller presses 1"],
  [{ wait: true }, "The caller waits in silence"],
  [{ answer: "101" }, "101 answers"],
  [{ answer: true }, "Somebody answers"],
  [{ busy: true }, "Everybody is busy"],
  [{ http: { status: 200, json: { a: 1 } } }, 'The web service answers 200: {"a":1}'],
  [{ http: { outcome: "unknown" } }, "Nobody knows whether the request arrived"],
  [{ hang_up: "menu" }, "The caller hangs up in “menu”"],
  [{ say: "the shop" }, "The caller says “the shop”"],
  [{ later: "x" }, "later: x"],
])("says the line %j", (line, words) => {
  expect(lineWords(line)).toBe(words);
});

it("says what is given", () => {
  const rows = givenWords({ caller: "+331", lists: { unwanted: false }, busy: ["101", "102"], counters: { today: 2 } });
  expect(rows).toEqual([
    ["Caller", "+331"],
    ["List “unwanted”", "the caller is not on it"],
    ["Busy", "101, 102"],
    ["Counter “today”", "2"],
  ]);
});

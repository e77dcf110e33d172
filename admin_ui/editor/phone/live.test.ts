import { expect, it } from "vitest";

import { isOver, readEntry, stepsOf, withEntry, type Entry } from "./live";
import { entryWords, heardIn, sideOfEntry } from "./live_words";

const entry = (sequence: number, kind: string, data: Record<string, unknown> = {}): Entry => ({
  call: "c", sequence, kind, data,
});
const command = (sequence: number, node: string, flow = "reception") =>
  entry(sequence, "command", { flow, node, version: 3, type: "play" });

it("orders entries and takes each once", () => {
  const entries = [command(2, "b"), command(1, "a"), command(2, "b")].reduce(withEntry, []);
  expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2]);
});

it("walks the nodes of the commands, a stay in a node once", () => {
  const entries = [command(1, "a"), command(2, "a"), entry(3, "result"), command(4, "b"), command(5, "b", "orders"), command(6, "a")];
  expect(stepsOf(entries).map(({ flow, node }) => `${flow}/${node}`)).toEqual([
    "reception/a", "reception/b", "orders/b", "reception/a",
  ]);
});

it("is over when the call ended or was never placed", () => {
  expect(isOver([command(1, "a")])).toBe(false);
  expect(isOver([entry(1, "ended")])).toBe(true);
  expect(isOver([entry(0, "not_placed")])).toBe(true);
});

it("says entries in words", () => {
  const play = { type: "play", sounds: [{ type: "phrase", text: "Hello" }, { type: "prompt", name: "welcome" }] };
  expect(heardIn(entry(1, "command", play))).toBe("Hello welcome");
  expect(entryWords(entry(1, "command", { type: "dial", targets: [{ number: "101" }, { number: "102" }] }))).toBe("Ringing: 101, 102");
  expect(entryWords(entry(2, "result", { type: "digits", digits: "1" }))).toBe("The caller pressed 1.");
  expect(entryWords(entry(3, "result", { type: "dialled", outcome: "busy" }))).toBe("Everybody was busy.");
  expect(entryWords(entry(4, "later"))).toBe("later");
});

it("reads entries of the feed, which calls their kind their event", () => {
  const text = JSON.stringify({ event: "ended", call: "c", sequence: 9, data: { by: "caller" } });
  expect(readEntry(text)).toEqual({ kind: "ended", call: "c", sequence: 9, data: { by: "caller" } });
  expect(readEntry("no JSON")).toBeNull();
});

it("tells the flow's words from the caller's deeds", () => {
  const sides = [
    entry(1, "command", { type: "play", sounds: [{ text: "Hello" }] }),
    entry(2, "result", { type: "played" }),
    entry(3, "command", { type: "collect" }),
    entry(4, "result", { type: "digits", digits: "1" }),
  ];
  expect(sides.map(sideOfEntry)).toEqual(["flow", "system", "system", "caller"]);
});

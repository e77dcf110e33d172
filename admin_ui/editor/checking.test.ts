import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { type Checker, checker, PAUSE } from "./checking";
import type { FlowDoc, Problem } from "./types";

const noted = (note: string): FlowDoc => ({ name: "x", start: "a", nodes: {}, note });
const later = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

let asked: { doc: FlowDoc; signal: AbortSignal; answer: (problems: Problem[]) => void }[];
let found: [string | undefined, number][];
let checks: Checker;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  found = [];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => new Promise((resolve, reject) => {
    const signal = init.signal as AbortSignal;
    signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    const answer = (problems: Problem[]) => resolve(new Response(JSON.stringify({ problems })));
    asked.push({ doc: (JSON.parse(init.body as string) as { doc: FlowDoc }).doc, signal, answer });
  }));
  checks = checker("x", (doc, problems) => found.push([doc.note, problems.length]));
});

afterEach(() => {
  checks.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks a moment after the last edit", async () => {
  checks.changed(noted("a"));
  await later(PAUSE - 1);
  checks.changed(noted("b"));
  await later(PAUSE);
  expect(asked.map((one) => one.doc.note)).toEqual(["b"]);
});

it("forgets a question that a newer edit made stale", async () => {
  checks.changed(noted("a"));
  await later(PAUSE);
  checks.changed(noted("b"));
  expect(asked[0]?.signal.aborted).toBe(true);
  await later(PAUSE);
  asked[1]?.answer([]);
  await later(0);
  expect(found).toEqual([["b", 0]]);
});

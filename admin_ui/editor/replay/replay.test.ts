import { describe, expect, it } from "vitest";

import type { SeenEvent, Step } from "../types";
import { besides, goOn, linesOf, recordedPath, verdict, type ReplayAnswer } from "./replay";

const event = (type: string, values: Record<string, unknown> = {}, node = "n"): SeenEvent => ({ type, node, text: "", values });
const answer = (more: Partial<ReplayAnswer> = {}): ReplayAnswer => ({
  steps: [], events: [], waiting: null, variables: {}, ended: false, cause: "", problem: null, stopped: null, ...more,
});

it("reads the recorded path, without what was left out", () => {
  const step = (node: string, flow: string): Step => ({ flow, version: 1, node, kind: "say", exit: "next" });
  const record = { call: "c", path: [{ omitted: 3 }, step("hello", "reception"), step("tell", "orders")] };
  expect(recordedPath(record, "reception")).toEqual(["hello", "orders/tell"]);
});

it("puts both ways beside each other, different from the first difference on", () => {
  expect(besides(["a", "b", "c"], ["a", "x", "c"]).map((row) => row.same)).toEqual([true, false, false]);
  expect(besides(["a", "b"], ["a"])).toEqual([
    { recorded: "a", draft: "a", same: true },
    { recorded: "b", draft: "", same: false },
  ]);
});

it("tells how the replay went", () => {
  const stopped = { index: 3, recorded: null, asked: null, text: "Something else is asked." };
  expect(verdict(answer({ stopped }), besides(["a"], ["a"]))).toBe("stopped");
  expect(verdict(answer({ problem: { where: "a", text: "" } }), [])).toBe("stopped");
  expect(verdict(answer(), besides(["a"], ["b"]))).toBe("other_way");
  expect(verdict(answer(), besides(["a"], ["a"]))).toBe("same");
});

describe("going on by hand", () => {
  it("does again what people and web services did", () => {
    const events = [
      event("asked", { terminators: "#" }),
      event("pressed", { keys: "12", ended: "terminator" }),
      event("asked", { terminators: "" }),
      event("pressed", { keys: "#", ended: "length" }),
      event("asked", { terminators: "#" }),
      event("pressed", { keys: "", ended: "nothing" }),
      event("dialled", { targets: ["101"] }),
      event("answered", { by: "101" }),
      event("no_answer"),
      event("http", { outcome: "ok", status: 204 }),
      event("http", { outcome: "failed", status: 503 }),
      event("http", { outcome: "unknown", status: 0 }),
      event("hung_up", { by: "flow" }),
      event("hung_up", { by: "caller" }, "menu"),
    ];
    expect(linesOf(events)).toEqual([
      { press: "12#" },
      { press: "#" },
      { wait: true },
      { answer: "101" },
      { no_answer: true },
      { http: { status: 204 } },
      { http: { status: 503 } },
      { http: { outcome: "unknown" } },
      { hang_up: "menu" },
    ]);
  });

  it("presses a lone # once", () => {
    const events = [event("asked", { terminators: "#" }), event("pressed", { keys: "#", ended: "terminator" })];
    expect(linesOf(events)).toEqual([{ press: "#" }]);
  });

  it("begins as the call began, counters before they counted", () => {
    const events = [event("counted", { counter: "today", value: 5 }), event("counted", { counter: "today", value: 6 })];
    const record = { call: "c", caller: "+331", called: "+332", number: "+339", started_at: "2026-11-23T08:00:00+00:00" };
    expect(goOn(answer({ events, variables: { time_zone: "Europe/Paris" } }), record).given).toEqual({
      caller: "+331", called: "+332", at: "2026-11-23T09:00", counters: { today: 4 },
    });
  });

  it("knows the caller without the record", () => {
    expect(goOn(answer({ variables: { caller: "+331", called: "+332" } }), null).given).toEqual({ caller: "+331", called: "+332" });
  });
});

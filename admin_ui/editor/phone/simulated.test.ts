import { describe, expect, it, vi } from "vitest";

import { ApiError } from "../api";
import type { FlowDoc, Line, Seen, Step } from "../types";
import { parting, pathOf, SimulatedCall, type Simulate } from "./simulated";

const DOC: FlowDoc = { name: "reception", start: "hello", nodes: {} };
const step = (node: string, flow = "reception"): Step => ({ flow, version: 0, node, kind: "say", exit: "" });
const seen = (nodes: string[], events: number, more: Partial<Seen> = {}): Seen => ({
  steps: nodes.map((node) => step(node)),
  events: Array.from({ length: events }, (_, place) => ({ type: "said", node: "hello", text: String(place) })),
  waiting: null,
  variables: {},
  ended: false,
  cause: "",
  problem: null,
  ...more,
});

function calling(answers: (Seen | Error)[]) {
  const asked: { doc: FlowDoc; script: Line[] }[] = [];
  const simulate: Simulate = (doc, _given, script) => {
    asked.push({ doc, script });
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? seen([], 0));
  };
  return { call: new SimulatedCall(simulate, DOC), asked };
}

describe("a simulated call", () => {
  it("adds a line for each act, and asks with the whole script", async () => {
    const { call, asked } = calling([seen(["hello"], 1), seen(["hello", "menu"], 3), seen(["hello", "menu"], 4)]);
    await call.start({ caller: "+33" });
    await call.act({ press: "1" });
    await call.act({ wait: true });
    expect(asked.map(({ script }) => script)).toEqual([[], [{ press: "1" }], [{ press: "1" }, { wait: true }]]);
    expect(call.snapshot().script).toHaveLength(2);
  });

  it("plays only what is new after an act, and nothing after undo", async () => {
    const { call } = calling([seen(["hello"], 2), seen(["hello", "menu"], 5), seen(["hello"], 2)]);
    await call.start({});
    expect(call.snapshot().heard).toBe(0);
    await call.act({ press: "1" });
    expect(call.snapshot()).toMatchObject({ heard: 2, fresh: true });
    call.listened();
    expect(call.snapshot().heard).toBe(5);
    await call.undo();
    expect(call.snapshot()).toMatchObject({ heard: 2, script: [], fresh: false });
  });

  it("keeps the script when the server refuses, and says why", async () => {
    const { call } = calling([seen(["hello"], 1), new ApiError(422, { detail: "No." })]);
    await call.start({});
    await call.act({ press: "1" });
    expect(call.snapshot()).toMatchObject({ script: [], error: "No.", asking: false });
  });

  it("loses no key that is pressed while an edit is tried, nor one that an edit comes upon", async () => {
    const { call, asked } = calling([seen(["hello"], 1), seen(["hello"], 1), seen(["hello", "menu"], 2), seen(["hello", "menu"], 2)]);
    await call.start({});
    const redrawn = call.redraw({ ...DOC, start: "menu" });
    const acted = call.act({ press: "1" });
    const again = call.redraw({ ...DOC, start: "other" });
    await Promise.all([redrawn, acted, again]);
    expect(asked.at(-1)).toEqual({ doc: { ...DOC, start: "other" }, script: [{ press: "1" }] });
    expect(call.snapshot()).toMatchObject({ script: [{ press: "1" }], asking: false, moved: null });
  });

  it("goes on from where an undo leads, although its answer is not there yet", async () => {
    const { call, asked } = calling([seen(["a"], 1), seen(["a", "b"], 2), seen(["a"], 1), seen(["a", "c"], 2)]);
    await call.start({});
    await call.act({ press: "1" });
    const undone = call.undo();
    await Promise.all([undone, call.act({ press: "2" })]);
    expect(asked.at(-1)?.script).toEqual([{ press: "2" }]);
    await Promise.all([call.undo(), call.redraw({ ...DOC, start: "other" })]);
    expect(asked.at(-1)).toEqual({ doc: { ...DOC, start: "other" }, script: [] });
  });

  it("takes no act when the call is over", async () => {
    const { call, asked } = calling([seen(["hello"], 1, { ended: true })]);
    await call.start({});
    await call.act({ press: "1" });
    expect(asked).toHaveLength(1);
  });

  it("lets only the last of two answers count", async () => {
    const answers: ((seen: Seen) => void)[] = [];
    const call = new SimulatedCall(() => new Promise((resolve) => answers.push(resolve)), DOC);
    const first = call.start({ caller: "1" });
    const second = call.start({ caller: "2" });
    answers[1]?.(seen(["two"], 0));
    answers[0]?.(seen(["one"], 0));
    await Promise.all([first, second]);
    expect(pathOf(call.snapshot().seen?.steps ?? [], "reception")).toEqual(["two"]);
  });

  it("plays the same lines on the edited flow, and says that the way differs", async () => {
    const { call, asked } = calling([seen(["hello", "menu", "shop"], 1), seen(["hello", "menu", "night"], 1)]);
    await call.start({}, [{ press: "1" }]);
    const edited = { ...DOC, start: "other" };
    await call.redraw(edited);
    expect(asked[1]).toEqual({ doc: edited, script: [{ press: "1" }] });
    expect(call.snapshot().moved).toEqual({ at: "menu", before: ["shop"], after: ["night"] });
    call.forgive();
    expect(call.snapshot().moved).toBeNull();
  });

  it("says that the way differs after the last of several edits", async () => {
    const { call } = calling([seen(["a", "b"], 1), seen(["a", "x"], 1), seen(["a", "c"], 1)]);
    await call.start({}, [{ press: "1" }]);
    await Promise.all([call.redraw({ ...DOC, start: "x" }), call.redraw({ ...DOC, start: "y" })]);
    expect(call.snapshot().moved).toEqual({ at: "a", before: ["b"], after: ["c"] });
  });

  it("asks nothing when the flow is edited before a call", async () => {
    const { call, asked } = calling([]);
    await call.redraw(DOC);
    expect(asked).toEqual([]);
  });

  it("is away after it was left, whatever still comes", async () => {
    let answer: (seen: Seen) => void = vi.fn();
    const call = new SimulatedCall(() => new Promise((resolve) => (answer = resolve)), DOC);
    const started = call.start({});
    call.leave();
    answer(seen(["hello"], 1));
    await started;
    expect(call.snapshot()).toMatchObject({ given: null, seen: null });
  });
});

it("names the steps of other flows with their flow", () => {
  expect(pathOf([step("hello"), step("tell", "orders")], "reception")).toEqual(["hello", "orders/tell"]);
});

it("finds where two ways part", () => {
  expect(parting(["a", "b"], ["a", "b"])).toBeNull();
  expect(parting(["a", "b"], ["a"])).toEqual({ at: "a", before: ["b"], after: [] });
  expect(parting(["a"], ["a", "b"])).toEqual({ at: "a", before: [], after: ["b"] });
  expect(parting(["a"], ["b"])).toEqual({ at: "", before: ["a"], after: ["b"] });
});

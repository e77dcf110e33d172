/** The list of a flow's tests: their order, what they are known by, and their steps on the canvas. */

import type { FlowTest, Step, TestsRun } from "../types";
import { resultOf } from "./running";

export function failingFirst(tests: FlowTest[], run: TestsRun | null): { test: FlowTest; place: number }[] {
  const failed = (place: number) => Number(resultOf(run, tests[place]!, place)?.ok === false);
  return tests.map((test, place) => ({ test, place })).sort((one, other) => failed(other.place) - failed(one.place));
}

/** A test keeps its card when others come and go; names may be twice in a file. */
export function keyOf(tests: FlowTest[], place: number): string {
  const name = tests[place]!.name;
  return `${name} ${tests.slice(0, place).filter((test) => test.name === name).length}`;
}

export function withName(names: ReadonlySet<string>, name: string, there: boolean): ReadonlySet<string> {
  const found = new Set(names);
  if (there) found.add(name);
  else found.delete(name);
  return found;
}

/** A step as the canvas lights it, made of a name in an expected path: `node` or `flow/node`. */
export function stepAt(name: string, nodes: Record<string, { kind: string }>, flow: string): Step {
  const here = nodes[name];
  if (here) return { flow, version: 0, node: name, kind: here.kind, exit: "" };
  const slash = name.indexOf("/");
  if (slash < 0) return { flow, version: 0, node: name, kind: "", exit: "" };
  return { flow: name.slice(0, slash), version: 0, node: name.slice(slash + 1), kind: "", exit: "" };
}

import { t } from "../texts";
import type { FlowDoc } from "../types";
import { same } from "./schema";

/** What two documents say differently: the names of nodes, then parts of the flow itself. */
export function differing(one: FlowDoc, other: FlowDoc): string[] {
  const names = new Set([...Object.keys(one.nodes ?? {}), ...Object.keys(other.nodes ?? {})]);
  const nodes = [...names].filter((name) => !same(one.nodes?.[name], other.nodes?.[name]));
  const parts: [string, string][] = [["start", t("the start")], ["tests", t("the tests")], ["note", t("the flow's note")]];
  return [...nodes, ...parts.filter(([key]) => !same(one[key], other[key])).map(([, words]) => words)];
}

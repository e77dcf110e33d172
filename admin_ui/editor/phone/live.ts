/** The entries of a call's journal, and what they say about the flow. */

import type { Step } from "../types";

export interface Entry {
  call: string;
  sequence: number;
  kind: string;
  at?: number | string;
  data: Record<string, unknown>;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Put an entry in its place; the same one twice counts once. */
export function withEntry(entries: Entry[], entry: Entry): Entry[] {
  if (entries.some((one) => one.sequence === entry.sequence && one.kind === entry.kind)) return entries;
  return [...entries, entry].sort((one, other) => one.sequence - other.sequence);
}

/** The nodes walked so far, one step for each stay in a node. */
export function stepsOf(entries: Entry[]): Step[] {
  const steps: Step[] = [];
  for (const { kind, data } of entries) {
    const node = text(data.node);
    const flow = text(data.flow);
    const last = steps.at(-1);
    if (kind !== "command" || !node || (last?.node === node && last.flow === flow)) continue;
    steps.push({ flow, version: Number(data.version) || 0, node, kind: "", exit: "" });
  }
  return steps;
}

export const isOver = (entries: Entry[]): boolean =>
  entries.some((entry) => entry.kind === "ended" || entry.kind === "not_placed");

/** An entry as the feed sends it, which calls its kind its event; null for what is none. */
export function readEntry(text: string): Entry | null {
  try {
    const { event, ...entry } = JSON.parse(text) as Entry & { event: string };
    return { ...entry, kind: event, data: entry.data ?? {} };
  } catch {
    return null;
  }
}

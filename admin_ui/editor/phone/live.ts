/** A real call that is followed live: the entries of its journal, and what they say about the flow. */

import { BASE } from "../api";
import type { Step } from "../types";

export interface Entry {
  call: string;
  sequence: number;
  kind: string;
  at?: number | string;
  /** What happened in words, where the server says it. */
  text?: string;
  data: Record<string, unknown>;
}

/** Kinds that a stream may name as the event's type; others come as plain messages. */
const KINDS = ["offered", "adopted", "command", "result", "connected", "fallback", "redirected", "gap", "ended", "not_placed"];

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

/** Follow a call until it is over; returns what stops following. */
export function follow(call: string, onEntry: (entry: Entry) => void, onTrouble: (away: boolean) => void): () => void {
  const source = new EventSource(`${BASE}/events?call=${encodeURIComponent(call)}`);
  const take = (event: MessageEvent<string>) => {
    onTrouble(false);
    let entry: Entry;
    try {
      entry = JSON.parse(event.data) as Entry;
    } catch {
      return;
    }
    if (entry.call && entry.call !== call) return;
    onEntry({ ...entry, data: entry.data ?? {} });
    if (isOver([entry])) source.close();
  };
  for (const kind of ["message", ...KINDS]) source.addEventListener(kind, take as EventListener);
  source.onerror = () => onTrouble(source.readyState !== EventSource.OPEN);
  return () => source.close();
}

/** A real call that is followed live: the entries of its journal, and what they say about the flow. */

import { BASE, get } from "../api";
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

const AGAIN = 2000; // milliseconds until a feed that was refused is asked for again

/** Follow a call until it is over; returns what stops following. While the feed is away the journal is read instead. */
export function follow(call: string, onEntry: (entry: Entry) => void, onTrouble: (away: boolean) => void): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const stop = () => {
    over = true;
    clearTimeout(timer);
    source?.close();
  };
  const take = (entry: Entry) => {
    if (over || (entry.call && entry.call !== call)) return;
    onEntry({ ...entry, call, data: entry.data ?? {} });
    if (isOver([entry])) stop();
  };
  const catchUp = async () => {
    const journal = await get<{ items: Entry[] }>(`/calls/${encodeURIComponent(call)}/events`).catch(() => null);
    journal?.items.forEach(take);
  };
  const open = () => {
    source = new EventSource(`${BASE}/events?call=${encodeURIComponent(call)}`);
    const hear = (event: MessageEvent<string>) => {
      onTrouble(false);
      const entry = read(event.data);
      if (entry) take(entry);
    };
    for (const kind of ["message", ...KINDS]) source.addEventListener(kind, hear as EventListener);
    source.onopen = () => onTrouble(false);
    source.onerror = () => {
      if (over) return;
      onTrouble(true);
      if (source?.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      timer = setTimeout(() => void catchUp().then(() => over || open()), AGAIN);
    };
  };
  open();
  return stop;
}

function read(text: string): Entry | null {
  try {
    return JSON.parse(text) as Entry;
  } catch {
    return null;
  }
}

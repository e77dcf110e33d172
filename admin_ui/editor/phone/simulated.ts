/** A simulated call: what is given, the lines played so far, and what the engine saw. Every step is asked anew. */

import { ApiError } from "../api";
import { t } from "../texts";
import type { FlowDoc, Given, Line, Seen, Step } from "../types";

export type Simulate = (doc: FlowDoc, given: Given, script: Line[], signal: AbortSignal) => Promise<Seen>;

/** The way before and after an edit, from the first node that differs. */
export interface Moved {
  at: string;
  before: string[];
  after: string[];
}

export interface CallState {
  given: Given | null;
  script: Line[];
  seen: Seen | null;
  asking: boolean;
  error: string;
  /** How many events the listener knows already: later ones are played. */
  heard: number;
  /** Whether the last step went on, and was no undo. */
  fresh: boolean;
  moved: Moved | null;
}

const AWAY: CallState = { given: null, script: [], seen: null, asking: false, error: "", heard: 0, fresh: false, moved: null };

/** Name the steps as a test expects them: `node`, or `flow/node` in another flow. */
export function pathOf(steps: Step[], flow: string): string[] {
  return steps.map((step) => (step.flow === flow || !step.flow ? step.node : `${step.flow}/${step.node}`));
}

/** Where two ways part; null when they are the same. */
export function parting(before: string[], after: string[]): Moved | null {
  const place = before.findIndex((node, index) => after[index] !== node);
  const from = place >= 0 ? place : after.length > before.length ? before.length : -1;
  if (from < 0) return null;
  return { at: before[from - 1] ?? "", before: before.slice(from), after: after.slice(from) };
}

export class SimulatedCall {
  private state = AWAY;
  private readonly listeners = new Set<() => void>();
  private pending: AbortController | null = null;
  /** What is being asked now: an edit of the flow asks the same again, so that no key pressed meanwhile is lost. */
  private wanted: { script: Line[]; manner: "aloud" | "silent" } | null = null;

  constructor(
    private readonly simulate: Simulate,
    private doc: FlowDoc,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): CallState => this.state;

  /** Begin a call, or go on with one whose lines are known. */
  async start(given: Given, script: Line[] = []): Promise<void> {
    this.set({ ...AWAY, given, script });
    await this.ask(script, script.length ? "silent" : "aloud");
  }

  async act(line: Line): Promise<void> {
    if (this.wanted?.manner === "aloud" || !this.state.seen || this.state.seen.ended) return;
    await this.ask([...this.script, line], "aloud");
  }

  /** Take the last line back. */
  async undo(): Promise<void> {
    if (this.script.length) await this.ask(this.script.slice(0, -1), "silent");
  }

  async restart(): Promise<void> {
    if (this.state.given) await this.start(this.state.given);
  }

  /** Put the phone down for good: back to the settings. */
  leave(): void {
    this.pending?.abort();
    this.wanted = null;
    this.set(AWAY);
  }

  /** The flow was edited: play the same lines on it, and see whether the call goes another way. */
  async redraw(doc: FlowDoc): Promise<void> {
    this.doc = doc;
    const { seen, given, script } = this.state;
    if (!given) return;
    const same = this.script === script; // the same lines are being asked: only the edits tell the ways apart
    const before = same && seen && !seen.problem ? pathOf(seen.steps, doc.name) : null;
    const counted = await this.ask(this.script, this.wanted?.manner ?? "silent");
    const after = this.state.seen;
    if (counted && before && after) this.set({ ...this.state, moved: parting(before, pathOf(after.steps, doc.name)) });
  }

  /** The listener has been given everything to hear. */
  listened(): void {
    this.state = { ...this.state, heard: this.state.seen?.events.length ?? 0 };
  }

  forgive(): void {
    this.set({ ...this.state, moved: null });
  }

  /** The lines that were played, or are being asked now. */
  private get script(): Line[] {
    return this.wanted?.script ?? this.state.script;
  }

  /** Play the lines; whether the answer counts: it does not when something else was asked meanwhile. */
  private async ask(script: Line[], manner: "aloud" | "silent"): Promise<boolean> {
    const { given } = this.state;
    if (!given) return false;
    this.pending?.abort();
    const mine = (this.pending = new AbortController());
    this.wanted = { script, manner };
    this.set({ ...this.state, asking: true, error: "" });
    try {
      const seen = await this.simulate(this.doc, given, script, mine.signal);
      if (mine.signal.aborted) return false;
      this.wanted = null;
      const known = this.state.seen?.events.length ?? 0;
      const heard = manner === "silent" ? seen.events.length : Math.min(known, seen.events.length);
      this.set({ ...this.state, script, seen, heard, fresh: manner === "aloud", asking: false, moved: null });
      return true;
    } catch (reason) {
      if (mine.signal.aborted) return false;
      this.wanted = null;
      this.set({ ...this.state, asking: false, error: said(reason) });
      return false;
    }
  }

  private set(state: CallState): void {
    this.state = state;
    this.listeners.forEach((listener) => listener());
  }
}

/** Why a request failed, in words. */
export function said(reason: unknown): string {
  if (!(reason instanceof ApiError)) throw reason;
  if (reason.status === 0) return t("The server cannot be reached. Check the connection and try again.");
  const fields = reason.errors.map((error) => [error.field, error.reason].filter(Boolean).join(": "));
  return [reason.message, ...fields].join(" ");
}

/** A real trial call: placed, and followed live until it is over. */

import { BASE, get, post } from "../api";
import { isOver, readEntry, withEntry, type Entry } from "./live";

/** What is asked of the switch. Times in seconds. */
export interface Trial {
  from: string;
  to: string;
  /** The keys for each question, in order. */
  press: string[];
  hang_up_after: number | null;
}

export interface Followed {
  call: string;
  entries: Entry[];
  /** Whether the live feed is interrupted. */
  away: boolean;
  over: boolean;
}

const NONE: Followed = { call: "", entries: [], away: false, over: false };
const AGAIN = 2000; // milliseconds until a feed that was refused is asked for again
const PATIENCE = 1500; // milliseconds that a call waits for the feed to begin

export class TrialCall {
  private state = NONE;
  private readonly listeners = new Set<() => void>();
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private early: Entry[] = [];

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Followed => this.state;

  /** Place a call. The feed is opened before it, so that its first moment is seen. Raises ApiError. */
  async place(trial: Trial): Promise<void> {
    this.leave();
    await this.opened();
    try {
      const { call } = await post<{ call: string }>("/test-calls", trial);
      this.set({ call });
      this.early.forEach((entry) => this.take(entry));
    } catch (reason) {
      this.leave();
      throw reason;
    }
  }

  /** Follow no more. */
  leave(): void {
    this.close();
    this.early = [];
    this.state = NONE;
    this.set({});
  }

  private opened(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, PATIENCE);
      this.open(resolve);
    });
  }

  private open(ready: () => void = () => undefined): void {
    const { call } = this.state;
    const source = (this.source = new EventSource(`${BASE}/events${call && `?call=${encodeURIComponent(call)}`}`));
    source.onmessage = ({ data }) => {
      const entry = readEntry(String(data));
      if (entry) this.take(entry);
    };
    source.onopen = () => {
      this.set({ away: false });
      ready();
    };
    source.onerror = () => {
      ready();
      this.set({ away: true });
      if (source.readyState === EventSource.CLOSED) this.timer = setTimeout(() => void this.resume(), AGAIN);
    };
  }

  /** The feed was refused: the browser does not ask again by itself. Meanwhile the journal tells what was missed. */
  private async resume(): Promise<void> {
    const { call } = this.state;
    const journal = call && (await get<{ items: Entry[] }>(`/calls/${encodeURIComponent(call)}/events`).catch(() => null));
    if (journal) journal.items.forEach((entry) => this.take({ ...entry, call }));
    if (this.source && call === this.state.call) this.open();
  }

  private take(entry: Entry): void {
    const { call, over, entries } = this.state;
    if (!call) this.early.push(entry);
    if (!call || over || entry.call !== call) return;
    const ended = isOver([entry]);
    if (ended) this.close();
    this.set({ entries: withEntry(entries, entry), over: ended, away: false });
  }

  private close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private set(change: Partial<Followed>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }
}

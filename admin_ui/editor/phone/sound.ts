/** What the caller hears, one sound after the other, in the browser. */

import { BASE } from "../api";
import type { Sound } from "../types";

/** Where a sound is fetched: a prompt's own recording, or a text as the voice says it. */
export function addressOf(sound: Sound): string {
  const language = sound.language ? `language=${encodeURIComponent(sound.language)}` : "";
  if (sound.prompt) return `${BASE}/prompts/${encodeURIComponent(sound.prompt)}/audio?${language}`;
  return `${BASE}/speech?text=${encodeURIComponent(sound.text)}&${language}`;
}

/** What is being played ("" nothing) and what could not be. */
export interface Playing {
  now: string;
  failed: ReadonlySet<string>;
  muted: boolean;
}

const MUTED = "souffleur.phone.muted";

function remembered(): boolean {
  try {
    return localStorage.getItem(MUTED) === "1";
  } catch {
    return false;
  }
}

/** A queue before one loudspeaker. It plays only what was put in after a click, as browsers demand. */
export class Loudspeaker {
  private queue: string[] = [];
  private state: Playing = { now: "", failed: new Set(), muted: remembered() };
  private readonly listeners = new Set<() => void>();

  constructor(private readonly audio: Pick<HTMLAudioElement, "src" | "play" | "pause" | "onended" | "onerror">) {
    audio.onended = () => this.next();
    audio.onerror = () => this.fail();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Playing => this.state;

  /** Play sounds after those that wait. */
  say(addresses: string[]): void {
    if (this.state.muted) return;
    this.queue.push(...addresses);
    if (!this.state.now) this.next();
  }

  /** Play this one at once, muted or not: somebody pressed its button. */
  again(address: string): void {
    this.queue = [];
    this.play(address);
  }

  stop(): void {
    this.queue = [];
    this.audio.pause();
    this.set({ now: "" });
  }

  mute(muted: boolean): void {
    if (muted) this.stop();
    this.set({ muted });
    try {
      localStorage.setItem(MUTED, muted ? "1" : "0");
    } catch {
      // the choice holds until the page is left
    }
  }

  private next(): void {
    const address = this.queue.shift();
    if (address) this.play(address);
    else this.set({ now: "" });
  }

  private play(address: string): void {
    this.set({ now: address });
    this.audio.src = address;
    Promise.resolve(this.audio.play()).catch((reason: unknown) => {
      // A sound that was stopped on purpose has not failed.
      const interrupted = reason instanceof DOMException && reason.name === "AbortError";
      if (!interrupted && this.state.now === address) this.fail();
    });
  }

  private fail(): void {
    if (!this.state.now) return;
    this.set({ failed: new Set([...this.state.failed, this.state.now]) });
    this.next();
  }

  private set(change: Partial<Playing>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }
}

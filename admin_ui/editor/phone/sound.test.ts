import { beforeEach, describe, expect, it, vi } from "vitest";

import { addressOf, Loudspeaker } from "./sound";

class Audio {
  src = "";
  played: string[] = [];
  onended: (() => void) | null = null;
  onerror: (() => void) | null = null;
  pause = vi.fn();
  play(): Promise<void> {
    this.played.push(this.src);
    return Promise.resolve();
  }
}

let audio: Audio;
let speaker: Loudspeaker;
beforeEach(() => {
  localStorage.clear();
  audio = new Audio();
  speaker = new Loudspeaker(audio as never);
});

it("fetches texts from the voice and prompts from the library", () => {
  expect(addressOf({ text: "Bonjour à tous", language: "fr", prompt: "" })).toBe(
    "/api/v1/speech?text=Bonjour%20%C3%A0%20tous&language=fr",
  );
  expect(addressOf({ text: "Bonjour", language: "fr", prompt: "wel come" })).toBe(
    "/api/v1/prompts/wel%20come/audio?language=fr",
  );
});

describe("the loudspeaker", () => {
  it("plays one sound after the other", () => {
    speaker.say(["a", "b"]);
    expect(audio.played).toEqual(["a"]);
    audio.onended?.();
    expect(audio.played).toEqual(["a", "b"]);
    audio.onended?.();
    expect(speaker.snapshot().now).toBe("");
  });

  it("goes on after a sound that cannot be made, and says which", () => {
    speaker.say(["a", "b"]);
    audio.onerror?.();
    expect(speaker.snapshot()).toMatchObject({ now: "b", failed: new Set(["a"]) });
  });

  it("forgets what waits when it is stopped", () => {
    speaker.say(["a", "b"]);
    speaker.stop();
    audio.onended?.();
    expect(audio.played).toEqual(["a"]);
  });

  it("is silent when it is muted, and stays so", () => {
    speaker.mute(true);
    speaker.say(["a"]);
    expect(audio.played).toEqual([]);
    expect(new Loudspeaker(audio as never).snapshot().muted).toBe(true);
  });

  it("plays what is asked for again, muted or not", () => {
    speaker.mute(true);
    speaker.again("a");
    expect(audio.played).toEqual(["a"]);
  });
});

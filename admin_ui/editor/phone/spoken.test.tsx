import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import { RATE, wav } from "./microphone";
import { Spoken } from "./Spoken";

// jsdom's files cannot be read so yet.
Blob.prototype.arrayBuffer ??= function (this: Blob) {
  return new Promise<ArrayBuffer>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as ArrayBuffer);
    reader.readAsArrayBuffer(this);
  });
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A browser that records. */
function microphone(): { stopped: () => number } {
  let stopped = 0;
  class Recorder extends EventTarget {
    state = "inactive";
    mimeType = "audio/webm";
    start() {
      this.state = "recording";
    }
    stop() {
      this.state = "inactive";
      this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob(["x"]) }));
      this.dispatchEvent(new Event("stop"));
    }
  }
  class Context {
    destination = {};
    decodeAudioData = async () => ({ length: 4 });
    createBufferSource = () => ({ connect: () => undefined, start: () => undefined, buffer: null });
    startRendering = async () => ({ getChannelData: () => new Float32Array([0, 1, -1, 0.5]) });
  }
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("OfflineAudioContext", Context);
  const getUserMedia = async () => ({ getTracks: () => [{ stop: () => (stopped += 1) }] });
  vi.stubGlobal("navigator", { ...navigator, mediaDevices: { getUserMedia } });
  return { stopped: () => stopped };
}

describe("a caller who is spoken for", () => {
  it("is understood, and the microphone goes off", async () => {
    const { stopped } = microphone();
    const asked = vi.fn(async (..._sent: [string, RequestInit]) => new Response(JSON.stringify({ text: "the shop" })));
    vi.stubGlobal("fetch", asked);
    const heard = vi.fn();
    render(<Spoken language="en" heard={heard} disabled={false} />);
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Speak into the microphone" }));
    await user.click(await screen.findByRole("button", { name: "Stop: I have said it" }));
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith("the shop"));
    const [address, sent] = asked.mock.calls[0]!;
    expect(address).toBe("/api/v1/speech/heard?language=en");
    expect((sent.body as Blob).type).toBe("audio/wav");
    expect(stopped()).toBe(1);
  });

  it("is told why nothing was understood", async () => {
    microphone();
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ detail: "No model." }), { status: 503 }));
    render(<Spoken language="de" heard={vi.fn()} disabled={false} />);
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Speak into the microphone" }));
    await user.click(await screen.findByRole("button", { name: "Stop: I have said it" }));
    expect((await screen.findByRole("alert")).textContent).toBe("No model.");
  });

  it("has no button where pages may not record", () => {
    vi.stubGlobal("navigator", {});
    const { container } = render(<Spoken language="" heard={vi.fn()} disabled={false} />);
    expect(container.childElementCount).toBe(0);
  });
});

describe("a WAV file", () => {
  it("has a header and 16-bit samples", async () => {
    const view = new DataView(await wav(new Float32Array([0, 1, -1])).arrayBuffer());
    expect(view.byteLength).toBe(44 + 6);
    expect(view.getUint32(24, true)).toBe(RATE);
    expect([view.getInt16(44, true), view.getInt16(46, true), view.getInt16(48, true)]).toEqual([0, 32767, -32767]);
  });
});

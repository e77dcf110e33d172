/** The browser's microphone: what is said until it is stopped, as a WAV file of 8 kHz, as a telephone carries it. */

export const RATE = 8000;
const LONGEST = 20_000; // milliseconds: a caller's sentence

export interface Recording {
  /** Stop, and give what was said. */
  stop: () => Promise<Blob>;
}

/** Whether the browser lets pages record: only over HTTPS, or on this machine. */
export function canRecord(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia) && typeof MediaRecorder !== "undefined";
}

/** Begin to record; the browser asks the person first. Raises DOMException when they refuse. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const ended = new Promise<void>((resolve) => recorder.addEventListener("stop", () => resolve(), { once: true }));
  recorder.start();
  const limit = setTimeout(() => recorder.state === "recording" && recorder.stop(), LONGEST);
  return {
    async stop() {
      clearTimeout(limit);
      if (recorder.state === "recording") recorder.stop();
      await ended;
      for (const track of stream.getTracks()) track.stop();
      return wav(await narrowed(new Blob(parts, { type: recorder.mimeType })));
    },
  };
}

/** Any sound the browser can read, as samples at 8 kHz. */
async function narrowed(sound: Blob): Promise<Float32Array> {
  const reading = new OfflineAudioContext(1, 1, RATE);
  const whole = await reading.decodeAudioData(await sound.arrayBuffer()); // resampled to the context's rate
  const played = new OfflineAudioContext(1, Math.max(1, whole.length), RATE);
  const source = played.createBufferSource();
  source.buffer = whole;
  source.connect(played.destination); // several channels become one
  source.start();
  return (await played.startRendering()).getChannelData(0);
}

/** Samples from -1 to 1 as a WAV file of 16-bit PCM. */
export function wav(samples: Float32Array): Blob {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, word: string) => [...word].forEach((sign, index) => view.setUint8(at + index, sign.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(44 + index * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32767), true));
  return new Blob([view.buffer], { type: "audio/wav" });
}

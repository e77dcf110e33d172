// A soft tone when a card comes, for those who ask for it; the browser remembers.
const KEY = "desk:sound";
let context: AudioContext | null = null;
let wanted = false;

export function startSound(box: HTMLInputElement): void {
  wanted = box.checked = localStorage.getItem(KEY) === "on";
  box.addEventListener("change", () => {
    wanted = box.checked;
    localStorage.setItem(KEY, wanted ? "on" : "off");
    ring();
  });
}

export function ring(): void {
  if (!wanted) return;
  context ??= new AudioContext();
  void context.resume();
  const tone = context.createOscillator();
  const loudness = context.createGain();
  const at = context.currentTime;
  tone.frequency.value = 660;
  loudness.gain.setValueAtTime(0.06, at);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
  tone.connect(loudness).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.25);
}

// "3 minutes ago" and running durations tick without asking the server.
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export function ago(moment: Date, now: Date, language: string): string {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  const [unit, length] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.trunc(seconds / length), unit);
}

export function lasted(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}

function tick(): void {
  const now = new Date();
  const language = document.documentElement.lang || "en";
  for (const item of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const text = ago(new Date(item.dateTime), now, language);
    if (item.textContent !== text) item.textContent = text;
  }
  for (const item of document.querySelectorAll<HTMLElement>("[data-since]")) {
    item.textContent = lasted((now.getTime() - Date.parse(item.dataset.since ?? "")) / 1000);
  }
}

export function startAges(): void {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSettle", tick);
}

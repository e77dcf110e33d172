/** Texts in the user's language, from the catalogue the page carries: English text -> translation. */

import { timeZone } from "./clock";

type Catalogue = Record<string, string>;

let catalogue: Catalogue | null = null;

function read(): Catalogue {
  const element = typeof document === "undefined" ? null : document.getElementById("texts");
  try {
    return JSON.parse(element?.textContent || "{}") as Catalogue;
  } catch {
    return {};
  }
}

/** Say a text in the user's language; {names} in it are replaced by the values. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  catalogue ??= read();
  return (catalogue[text] || text).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The page's language, for dates and numbers. */
export function language(): string {
  return document.documentElement.lang || "en";
}

/** "12 s ago", "3 min. ago": how long ago a moment was, in the user's language. */
export function ago(moment: Date, now: Date = new Date()): string {
  const seconds = Math.max(0, Math.round((now.getTime() - moment.getTime()) / 1000));
  const said = new Intl.RelativeTimeFormat(language(), { numeric: "always", style: "short" });
  if (seconds < 60) return said.format(-seconds, "second");
  if (seconds < 3600) return said.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return said.format(-Math.floor(seconds / 3600), "hour");
  return said.format(-Math.floor(seconds / 86400), "day");
}

/** A moment in full, on the subscriber's clock. */
export function exactly(moment: Date): string {
  const zone = timeZone();
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "medium", ...(zone && { timeZone: zone }) }).format(moment);
}

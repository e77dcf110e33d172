/** The subscriber's clock: moments are shown and asked for as it stands there, wherever the browser is. */

/** The zone the page was made for; undefined is the browser's own. */
export function timeZone(): string | undefined {
  const zone = globalThis.document?.getElementById("editor")?.dataset.timeZone;
  try {
    return zone ? new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone : undefined;
  } catch {
    return undefined; // the browser does not know it
  }
}

/** What the clock there shows at a moment, as milliseconds of UTC. */
function shownAt(moment: Date, zone: string | undefined): number {
  const format: Intl.DateTimeFormatOptions = {
    year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
    ...(zone && { timeZone: zone }),
  };
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-GB", format).formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute, part.second);
}

/** The moment at which the clock there shows a local one such as 2026-11-23T09:00. */
export function momentOf(local: string, zone: string | undefined = timeZone()): Date {
  const wanted = new Date(`${local.slice(0, 16)}Z`).getTime();
  const first = wanted - (shownAt(new Date(wanted), zone) - wanted);
  return new Date(wanted - (shownAt(new Date(first), zone) - first)); // the offset may have changed in between
}

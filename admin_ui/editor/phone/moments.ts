/** Moments worth trying a flow at, written as a test writes them: local time, to the minute. */

import { language, t } from "../texts";

/** Public holidays that fall on the same day every year, as MM-DD. */
const HOLIDAYS: Record<string, string[]> = {
  FR: ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"],
  DE: ["01-01", "05-01", "10-03", "12-25", "12-26"],
  AT: ["01-01", "01-06", "05-01", "08-15", "10-26", "11-01", "12-08", "12-25", "12-26"],
  CH: ["01-01", "08-01", "12-25", "12-26"],
  BE: ["01-01", "05-01", "07-21", "08-15", "11-01", "11-11", "12-25"],
  GB: ["01-01", "12-25", "12-26"],
  US: ["01-01", "06-19", "07-04", "11-11", "12-25"],
};
const EVERYWHERE = ["01-01", "12-25"];

export interface MomentPreset {
  name: string;
  at: string;
}

/** Now, on the subscriber's clock ("" is the browser's): 2026-11-23T09:00. */
export function localNow(now: Date, timeZone = ""): string {
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(timeZone && { timeZone }),
  };
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", options).formatToParts(now).map((part) => [part.type, part.value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

function later(day: string, days: number): string {
  const moved = new Date(`${day}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** The next Sunday after a day. */
export function nextSunday(day: string): string {
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
  return later(day, 7 - weekday);
}

/** The next public holiday after a day, in a country. */
export function nextHoliday(day: string, country: string): string {
  const year = Number(day.slice(0, 4));
  const days = HOLIDAYS[country] ?? EVERYWHERE;
  const coming = [year, year + 1].flatMap((one) => days.map((holiday) => `${one}-${holiday}`));
  return coming.sort().find((one) => one > day) ?? day;
}

/** The presets of the date and time. */
export function momentPresets(now: Date, country: string, timeZone: string): MomentPreset[] {
  const present = localNow(now, timeZone);
  const today = present.slice(0, 10);
  const tonight = `${today}T22:30`;
  return [
    { name: t("Now"), at: present },
    { name: t("Tonight"), at: tonight > present ? tonight : present },
    { name: t("Sunday"), at: `${nextSunday(today)}T11:00` },
    { name: t("Next holiday"), at: `${nextHoliday(today, country)}T11:00` },
  ];
}

/** Say a local moment in words: "Mon, 23 Nov 2026, 09:00". */
export function moment(at: string): string {
  const date = new Date(`${at.slice(0, 16)}Z`);
  if (Number.isNaN(date.getTime())) return at;
  const style: Intl.DateTimeFormatOptions = {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
  };
  return new Intl.DateTimeFormat(language(), style).format(date);
}

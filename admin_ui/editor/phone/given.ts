/** The settings of a simulated call, kept for each flow, and the `given` they make. */

import type { Given } from "../types";

export interface Settings {
  caller: string;
  called: string;
  callerName: string;
  language: string;
  /** A local moment; "" is the moment the call is started. */
  at: string;
  /** Lists that answer otherwise than they are written. */
  lists: Record<string, boolean>;
  busy: string[];
  /** One `name = value` a line. */
  variables: string;
}

export const DEFAULTS: Settings = {
  caller: "",
  called: "",
  callerName: "",
  language: "",
  at: "",
  lists: {},
  busy: [],
  variables: "",
};

const place = (flow: string) => `souffleur.phone.given.${flow}`;

/** The settings of last time; null when there was none. */
export function lastSettings(flow: string): Settings | null {
  try {
    const kept = localStorage.getItem(place(flow));
    return kept ? { ...DEFAULTS, ...(JSON.parse(kept) as Partial<Settings>) } : null;
  } catch {
    return null;
  }
}

export function keepSettings(flow: string, settings: Settings): void {
  try {
    localStorage.setItem(place(flow), JSON.stringify(settings));
  } catch {
    // they are asked again next time
  }
}

export function readVariables(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => line.split("="));
  return Object.fromEntries(
    lines.filter((parts) => parts.length > 1 && parts[0]?.trim()).map(([name, ...value]) => [(name ?? "").trim(), value.join("=").trim()]),
  );
}

/** Write only what was said: a test should be read at a glance. */
export function givenOf(settings: Settings, now: string): Given {
  const variables = readVariables(settings.variables);
  const given: Given = {};
  if (settings.caller) given.caller = settings.caller;
  if (settings.called) given.called = settings.called;
  if (settings.callerName) given.caller_name = settings.callerName;
  if (settings.language) given.language = settings.language;
  given.at = settings.at || now;
  if (Object.keys(variables).length) given.variables = variables;
  if (Object.keys(settings.lists).length) given.lists = settings.lists;
  if (settings.busy.length) given.busy = settings.busy;
  return given;
}

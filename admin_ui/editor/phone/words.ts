/** Lines of a script, settings and events, said for people. */

import { phone } from "../phone_numbers";
import { t } from "../texts";
import type { Given, Line, SeenEvent } from "../types";
import { callerName } from "./callers";
import { moment } from "./moments";

const who = (value: unknown): string => (typeof value === "string" ? phone(value) : "");

/** Say a line of a script: "The caller presses 1". */
export function lineWords(line: Line): string {
  const [key = "", value] = Object.entries(line)[0] ?? [];
  const name = who(value);
  switch (key) {
    case "press":
      return t("The caller presses {keys}", { keys: String(value) });
    case "wait":
      return t("The caller waits in silence");
    case "say":
      return t("The caller says “{words}”", { words: String(value) });
    case "deaf":
      return t("Nobody listens");
    case "answer":
      return name ? t("{number} answers", { number: name }) : t("Somebody answers");
    case "busy":
      return name ? t("{number} is busy", { number: name }) : t("Everybody is busy");
    case "no_answer":
      return name ? t("{number} does not answer", { number: name }) : t("Nobody answers");
    case "failed":
      return name ? t("{number} cannot be reached", { number: name }) : t("Nobody can be reached");
    case "http":
      return replyWords(value);
    case "hang_up":
      return name ? t("The caller hangs up in “{node}”", { node: String(value) }) : t("The caller hangs up");
    default:
      return `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
  }
}

function replyWords(value: unknown): string {
  const reply = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (reply.outcome === "failed") return t("The web service cannot be reached");
  if (reply.outcome === "unknown") return t("Nobody knows whether the request arrived");
  const status = String(reply.status ?? 200);
  const body = reply.json === undefined || reply.json === null ? "" : JSON.stringify(reply.json);
  return body
    ? t("The web service answers {status}: {body}", { status, body })
    : t("The web service answers {status}", { status });
}

/** Say what a call begins with, one thing a row. */
export function givenWords(given: Given): [string, string][] {
  const rows: [string, string][] = [[t("Caller"), callerName(given.caller)]];
  if (given.caller_name) rows.push([t("Caller's name"), given.caller_name]);
  if (given.called) rows.push([t("Number called"), phone(given.called)]);
  if (given.at) rows.push([t("When"), moment(given.at)]);
  if (given.language) rows.push([t("Language"), given.language]);
  for (const [list, matches] of Object.entries(given.lists ?? {})) {
    rows.push([t("List “{list}”", { list }), matches ? t("the caller is on it") : t("the caller is not on it")]);
  }
  if (given.busy?.length) rows.push([t("Busy"), given.busy.map(phone).join(", ")]);
  for (const [name, value] of Object.entries(given.variables ?? {})) rows.push([name, value]);
  for (const [name, value] of Object.entries(given.counters ?? {})) {
    rows.push([t("Counter “{name}”", { name }), String(value)]);
  }
  return rows;
}

/** Whose words or deed an event is: the flow's voice, the caller's, or what the system did between them. */
export function sideOf(event: SeenEvent): "flow" | "caller" | "system" {
  if (event.sounds?.length || event.type === "said" || event.type === "asked") return "flow";
  const by = (event.values as { by?: unknown } | undefined)?.by;
  if (event.type === "hung_up") return by === "caller" ? "caller" : "system";
  return ["pressed", "waited", "spoke"].includes(event.type) ? "caller" : "system";
}

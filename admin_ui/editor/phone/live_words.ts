/** Entries of a call's journal, said for people. */

import { phone } from "../phone_numbers";
import { t } from "../texts";
import type { Entry } from "./live";

type Data = Record<string, unknown>;

const list = (value: unknown, between = " "): string =>
  Array.isArray(value) ? value.map((one: Data) => String(one.text ?? one.name ?? phone(String(one.number ?? "")))).join(between) : "";

/** What the caller hears of an entry; "" for nothing. */
export function heardIn({ kind, data }: Entry): string {
  if (kind !== "command") return "";
  return data.type === "play" ? list(data.sounds) : data.type === "collect" ? list(data.prompt) : "";
}

/** Whose words or deed an entry is. */
export function sideOfEntry(entry: Entry): "flow" | "caller" | "system" {
  if (heardIn(entry)) return "flow";
  const type = String(entry.data.type ?? "");
  return entry.kind === "result" && ["digits", "hung_up"].includes(type) ? "caller" : "system";
}

const COMMANDS: Record<string, (data: Data) => string> = {
  answer: () => t("The call is answered."),
  play: () => t("The caller hears nothing."),
  collect: () => t("Keys are waited for."),
  dial: (data) => t("Ringing: {targets}", { targets: list(data.targets, ", ") }),
  check_hours: (data) => t("The schedule “{schedule}” is asked.", { schedule: String(data.schedule ?? "") }),
  check_list: (data) => t("The list “{list}” is asked.", { list: String(data.list ?? "") }),
  count: (data) => t("The counter “{counter}” goes up.", { counter: String(data.counter ?? "") }),
  request: (data) => t("A web request is sent: {url}", { url: String(data.url ?? "") }),
  send_fax: () => t("A fax is being sent."),
  receive_fax: () => t("A fax is being received."),
  hang_up: (data) => t("The flow ends the call ({cause}).", { cause: String(data.cause ?? "NORMAL_CLEARING") }),
};

const RESULTS: Record<string, (data: Data) => string> = {
  done: () => t("Done."),
  played: () => t("It was heard to its end."),
  digits: (data) => (data.digits ? t("The caller pressed {keys}.", { keys: String(data.digits) }) : t("The caller pressed nothing.")),
  dialled: (data) => outcome(data),
  hours: (data) => hours(String(data.state)),
  listed: (data) => (data.listed ? t("The number is on the list.") : t("The number is not on the list.")),
  counted: (data) => t("It is now {value}.", { value: String(data.value ?? "?") }),
  replied: (data) => t("The web service answered {status}.", { status: String(data.status ?? "?") }),
  faxed: (data) => faxed(data),
  hung_up: () => t("The caller hung up."),
};

function faxed(data: Data): string {
  const pages = String(data.pages ?? 0);
  return data.ok ? t("The fax is through: {pages} pages.", { pages }) : t("The fax ended after {pages} pages.", { pages });
}

function hours(state: string): string {
  if (state === "open") return t("It is open.");
  return state === "holiday" ? t("It is closed for a holiday.") : t("It is closed.");
}

function outcome(data: Data): string {
  switch (data.outcome) {
    case "answered":
      return t("{number} answered.", { number: phone(String(data.by ?? "")) });
    case "busy":
      return t("Everybody was busy.");
    case "no_answer":
      return t("Nobody answered.");
    default:
      return t("Nobody could be reached.");
  }
}

/** Say an entry in one sentence; what is not known keeps its name. */
export function entryWords({ kind, data }: Entry): string {
  const type = String(data.type ?? "");
  switch (kind) {
    case "offered":
      return t("The call has arrived.");
    case "adopted":
      return t("Another controller has taken the call over.");
    case "command":
      return COMMANDS[type]?.(data) ?? type;
    case "result":
      return RESULTS[type]?.(data) ?? type;
    case "connected":
      return data.to
        ? t("{number} talks with the caller.", { number: phone(String(data.to)) })
        : t("Somebody talks with the caller.");
    case "ringing":
      return t("It rings.");
    case "attended":
    case "handed_over":
      return t("Another controller has taken the call over.");
    case "fallback":
      return t("The flow could not go on: {reason}", { reason: String(data.reason ?? "") });
    case "redirected":
      return t("The call goes on to {target}.", { target: phone(String(data.to ?? "")) });
    case "gap":
      return t("Something happened while nobody listened.");
    case "ended":
      return t("The call is over ({cause}).", { cause: String(data.cause ?? "") });
    case "not_placed":
      return t("The call could not be placed: {reason}", { reason: String(data.reason ?? "") });
    default:
      return kind;
  }
}

/** A recorded call on this draft: where the two ways part, and how to go on from there by hand. */

import { localNow } from "../phone/moments";
import type { Given, Line, Replayed, SeenEvent, Step } from "../types";

/** A call as the list of calls tells it. */
export interface CallRecord {
  call: string;
  caller?: string;
  caller_name?: string;
  called?: string;
  number?: string;
  started_at?: string;
  disposition?: string;
  flow?: string;
  flow_version?: number | null;
  /** The nodes walked; the first row may only count the older ones that are left out. */
  path?: (Partial<Step> & { omitted?: number })[];
}

export type ReplayAnswer = Replayed;

/** The nodes of a recorded call, as a test names them. */
export function recordedPath(record: CallRecord, flow: string): string[] {
  return (record.path ?? [])
    .filter((step) => step.node)
    .map((step) => (step.flow && step.flow !== flow ? `${step.flow}/${step.node}` : String(step.node)));
}

export interface Row {
  recorded: string;
  draft: string;
  same: boolean;
}

/** Put both ways beside each other. Rows after the first difference are different, whatever they name. */
export function besides(recorded: string[], draft: string[]): Row[] {
  let same = true;
  return Array.from({ length: Math.max(recorded.length, draft.length) }, (_, place) => {
    same &&= recorded[place] === draft[place];
    return { recorded: recorded[place] ?? "", draft: draft[place] ?? "", same };
  });
}

export type Verdict = "same" | "stopped" | "other_way";

/** How the replay went. */
export function verdict(answer: ReplayAnswer, rows: Row[]): Verdict {
  if (answer.stopped || answer.problem) return "stopped";
  return rows.every((row) => row.same) ? "same" : "other_way";
}

/** What the simulator needs to go on from where the replay ended: the same call, said by hand. */
export function goOn(answer: ReplayAnswer, record: CallRecord | null): { given: Given; script: Line[] } {
  return { given: givenOf(answer, record), script: linesOf(answer.events) };
}

type Values = Record<string, unknown>;

const valuesOf = (event: SeenEvent): Values =>
  (typeof event.values === "object" && event.values !== null ? event.values : {}) as Values;

function givenOf({ variables, events }: ReplayAnswer, record: CallRecord | null): Given {
  const given: Given = {};
  const caller = record?.caller ?? variables.caller;
  const called = record?.called || variables.called;
  const name = record?.caller_name ?? variables.caller_name;
  const counters = countersOf(events);
  if (caller) given.caller = caller;
  if (called) given.called = called;
  if (name) given.caller_name = name;
  if (record?.started_at) given.at = localNow(new Date(record.started_at), variables.time_zone);
  if (Object.keys(counters).length) given.counters = counters;
  return given;
}

/** Where each counter stood before the call counted. */
function countersOf(events: SeenEvent[]): Record<string, number> {
  const before: Record<string, number> = {};
  for (const event of events) {
    const { counter, value } = valuesOf(event);
    if (event.type !== "counted" || typeof counter !== "string" || typeof value !== "number") continue;
    before[counter] ??= Math.max(0, value - 1);
  }
  return before;
}

/** The lines that make everything happen again that people and web services did. */
export function linesOf(events: SeenEvent[]): Line[] {
  let terminators = "#";
  return events.flatMap((event): Line[] => {
    const values = valuesOf(event);
    switch (event.type) {
      case "asked":
        terminators = typeof values.terminators === "string" ? values.terminators : "#";
        return [];
      case "pressed":
        return [keysLine(String(values.keys ?? ""), values.ended === "terminator", terminators)];
      case "answered":
        return [{ answer: typeof values.by === "string" && values.by ? values.by : true }];
      case "busy":
      case "no_answer":
      case "failed":
        return [{ [event.type]: true }];
      case "http":
        return [{ http: values.outcome === "ok" ? { status: Number(values.status) || 200 } : replyWithout(values) }];
      case "hung_up":
        return values.by === "caller" ? [{ hang_up: event.node || true }] : [];
      default:
        return [];
    }
  });
}

/** Keys as they were pressed, with the one that ended them. */
function keysLine(keys: string, terminated: boolean, terminators: string): Line {
  if (!keys) return { wait: true };
  const ended = terminators.includes(keys.at(-1) ?? "");
  return { press: terminated && !ended ? keys + (terminators[0] ?? "") : keys };
}

function replyWithout(values: Values): Values {
  const status = Number(values.status);
  if (values.outcome === "failed" && status >= 100) return { status };
  return { outcome: values.outcome === "unknown" ? "unknown" : "failed" };
}

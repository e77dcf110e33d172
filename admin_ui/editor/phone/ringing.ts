/** People who are rung: what each does, until it is known how the dialling went. One line of the script says it. */

import type { Line, Waiting } from "../types";

export type Refusal = "busy" | "no_answer" | "failed";

/** Who has refused so far, in order. */
export type Refusals = { number: string; how: Refusal }[];

/** The numbers rung, as the server says them, else as the command does. */
export function rungIn(waiting: Waiting): string[] {
  if (waiting.targets?.length) return waiting.targets;
  const targets = waiting.command.targets;
  return Array.isArray(targets) ? targets.map((target: { number?: unknown }) => String(target.number ?? "")) : [];
}

/** Whether a phone rings now: all at once, or the first that has not refused yet. */
export function ringsNow(waiting: Waiting, refusals: Refusals, number: string): boolean {
  const left = rungIn(waiting).filter((one) => !refusals.some((refusal) => refusal.number === one));
  return waiting.command.strategy === "in_turn" ? left[0] === number : left.includes(number);
}

/** Somebody refuses: the line to play when nobody is left, else null. In turn the last one decides. */
export function afterRefusal(waiting: Waiting, refusals: Refusals): Line | null {
  const numbers = rungIn(waiting);
  if (numbers.some((number) => !refusals.some((refusal) => refusal.number === number))) return null;
  const last = refusals.at(-1);
  if (!last) return null;
  if (waiting.command.strategy === "in_turn") return line(last.how, last.number, numbers);
  const worst = (["no_answer", "busy", "failed"] as const).find((how) => refusals.some((one) => one.how === how));
  return line(worst ?? last.how, last.number, numbers);
}

/** With one phone the line names it; with several it is about all of them. */
function line(how: Refusal, number: string, numbers: string[]): Line {
  return { [how]: numbers.length === 1 ? number : true };
}

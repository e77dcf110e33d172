/** How many things are wrong with the flow: errors forbid publishing, warnings do not. Said alike wherever it is said. */

import { t } from "../texts";
import type { Problem } from "../types";

export interface Tally {
  errors: number;
  warnings: number;
}

export function tally(problems: Problem[]): Tally {
  const errors = problems.filter((one) => one.severity === "error").length;
  return { errors, warnings: problems.length - errors };
}

export const errorWords = (count: number): string => (count === 1 ? t("1 problem") : t("{count} problems", { count }));
export const warningWords = (count: number): string => (count === 1 ? t("1 warning") : t("{count} warnings", { count }));

/** "2 problems, 1 warning"; "No problems" when nothing is wrong. */
export function tallyWords({ errors, warnings }: Tally): string {
  const said = [errors ? errorWords(errors) : "", warnings ? warningWords(warnings) : ""].filter(Boolean);
  return said.join(", ") || t("No problems");
}

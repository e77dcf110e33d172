/** What web services answered in earlier trials of a flow: offered again, and given at once where that was wished. */

import type { Line } from "../types";

export interface WebAnswer {
  status: number;
  /** The JSON document as it was typed. */
  body: string;
  /** How the request went when there is no answer. */
  outcome: "" | "failed" | "unknown";
  /** Answer like this from now on without asking. */
  always: boolean;
}

export type WebAnswers = Record<string, WebAnswer>;

export const FIRST_ANSWER: WebAnswer = { status: 200, body: "{}", outcome: "", always: false };

/** The line of the script. Raises SyntaxError when the document is not JSON. */
export function httpLine(answer: WebAnswer): Line {
  if (answer.outcome) return { http: { outcome: answer.outcome } };
  const body = answer.body.trim();
  return { http: { status: answer.status, ...(body && { json: JSON.parse(body) as unknown }) } };
}

const place = (flow: string) => `souffleur.phone.http.${flow}`;

export function recalled(flow: string): WebAnswers {
  try {
    return JSON.parse(localStorage.getItem(place(flow)) ?? "{}") as WebAnswers;
  } catch {
    return {};
  }
}

export function remember(flow: string, node: string, answer: WebAnswer): WebAnswers {
  const answers = { ...recalled(flow), [node]: answer };
  try {
    localStorage.setItem(place(flow), JSON.stringify(answers));
  } catch {
    // it is asked again next time
  }
  return answers;
}

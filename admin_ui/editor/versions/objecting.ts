/** What speaks against publishing: problems that forbid it, and failing tests that must be waved through. */

import { useEffect, useState } from "react";

import type { ApiError } from "../api";
import { said } from "../phone/simulated";
import type { Problem, TestResult } from "../types";
import { readObjections } from "./reading";

export interface Objection {
  errors: Problem[];
  warnings: Problem[];
  failing: TestResult[];
  reading: boolean;
  trouble: string;
}

export const NO_OBJECTIONS: Objection = { errors: [], warnings: [], failing: [], reading: false, trouble: "" };

/** Ask before publishing, and again for every revision while the form is open. */
export function useObjections(flow: string, revision: number, wanted: boolean) {
  const [objections, setObjections] = useState(NO_OBJECTIONS);
  useEffect(() => {
    if (!wanted) return;
    let here = true;
    setObjections((before) => ({ ...before, reading: true }));
    readObjections(flow).then(
      ({ problems, tests }) =>
        here &&
        setObjections({
          errors: problems.filter((problem) => problem.severity !== "warning"),
          warnings: problems.filter((problem) => problem.severity === "warning"),
          failing: tests.tests.filter((test) => !test.ok),
          reading: false,
          trouble: "",
        }),
      (reason: unknown) => here && setObjections({ ...NO_OBJECTIONS, trouble: said(reason) }),
    );
    return () => {
      here = false;
    };
  }, [flow, revision, wanted]);
  return [objections, setObjections] as const;
}

/** What a refusal of the server adds: a list or a schedule may have changed meanwhile, and a test with it. */
export function objectionsIn(refusal: ApiError, before: Objection): Objection {
  if (refusal.status !== 409 || before.failing.length) return before;
  const reasons = refusal.errors.map((error) => error.reason);
  return { ...before, failing: [{ name: "", ok: false, problems: reasons, path: [], said: [] }] };
}

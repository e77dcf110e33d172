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

/** What a refusal of the server adds: another editor may have broken a test meanwhile. */
export function objectionsIn(refusal: ApiError, before: Objection): Objection {
  const { problems, tests } = refusal.body as { problems?: Problem[]; tests?: TestResult[] };
  return {
    ...before,
    errors: Array.isArray(problems) ? problems.filter((one) => one.severity !== "warning") : before.errors,
    failing: Array.isArray(tests) ? tests.filter((test) => !test.ok) : before.failing,
  };
}

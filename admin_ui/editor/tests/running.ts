/** The tests of a flow, run by the server when the edits have settled. */

import { useCallback, useEffect, useRef, useState } from "react";

import { flowPath, post } from "../api";
import { said } from "../phone/simulated";
import type { FlowDoc, FlowTest, TestResult, TestsRun } from "../types";

const SETTLED = 1500; // milliseconds after the last edit

export interface Running {
  run: TestsRun | null;
  running: boolean;
  error: string;
  again: () => void;
}

export function useRun(flow: string, doc: FlowDoc): Running {
  const [run, setRun] = useState<TestsRun | null>(null);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState("");
  const pending = useRef<AbortController | null>(null);
  const now = useCallback(async () => {
    pending.current?.abort();
    const mine = (pending.current = new AbortController());
    setRunning(true);
    try {
      const found = await post<TestsRun>(flowPath(flow, "tests", "run"), { doc }, mine.signal);
      if (mine.signal.aborted) return;
      setRun(found);
      setError("");
      setRunning(false);
    } catch (reason) {
      if (mine.signal.aborted) return;
      setError(said(reason));
      setRunning(false);
    }
  }, [flow, doc]);
  const first = useRef(true);
  useEffect(() => {
    const timer = setTimeout(() => void now(), first.current ? 0 : SETTLED);
    first.current = false;
    return () => clearTimeout(timer);
  }, [now]);
  useEffect(() => () => pending.current?.abort(), []);
  return { run, running, error, again: () => void now() };
}

/** The result of a test: in its place, if it still has its name there, else by its name. */
export function resultOf(run: TestsRun | null, test: FlowTest, place: number): TestResult | null {
  const beside = run?.tests[place];
  if (beside?.name === test.name) return beside;
  return run?.tests.find((result) => result.name === test.name) ?? null;
}

/** Results that belong to no test, such as a flow that cannot be read at all. */
export function strangers(run: TestsRun | null, tests: FlowTest[]): TestResult[] {
  const names = new Set(tests.map((test) => test.name));
  return run?.tests.filter((result) => !result.ok && !names.has(result.name)) ?? [];
}

/** The flow's saved tests: run them, see which fail and why, and what they do not walk. */

import { Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { t } from "../texts";
import type { FlowTest, Step, TestsProps } from "../types";
import { CoverageReport } from "./CoverageReport";
import { resultOf, strangers, useRun } from "./running";
import { TestCard } from "./TestCard";
import "./tests.css";

export default function Tests({ flow, doc, onChange, onCoverage, onPath }: TestsProps) {
  const tests = doc.tests ?? [];
  const { run, running, error, again } = useRun(flow, doc);
  const [painted, setPainted] = useState(false);
  const [removed, setRemoved] = useState<{ test: FlowTest; place: number } | null>(null);
  const [shown, setShown] = useState<number | null>(null);
  const paint = useRef(onCoverage);
  paint.current = onCoverage;
  const light = useRef(onPath);
  light.current = onPath;

  useEffect(() => {
    paint.current(painted && run ? run.coverage : null);
  }, [painted, run]);
  useEffect(
    () => () => {
      paint.current(null);
      light.current([]);
    },
    [],
  );

  const failing = tests.filter((test, place) => resultOf(run, test, place)?.ok === false).length;
  const show = (place: number, path: string[] | null) => {
    setShown(path ? place : null);
    light.current(path ? path.map((node) => stepAt(node, doc.nodes, flow)) : []);
  };
  const remove = (place: number) => {
    const test = tests[place];
    if (!test) return;
    setRemoved({ test, place });
    if (shown !== null) show(place, null);
    onChange(tests.filter((_, other) => other !== place));
  };
  const bringBack = () => {
    if (!removed) return;
    onChange(tests.toSpliced(removed.place, 0, removed.test));
    setRemoved(null);
  };

  return (
    <section className="te" aria-label={t("Tests")}>
      <header className="te-head">
        <p role="status" className="te-sum">
          {summary(tests.length, failing, running, !!run)}
        </p>
        <button type="button" className="btn btn-sm btn-outline-primary" onClick={again} disabled={running}>
          <Play size={14} aria-hidden /> {t("Run all")}
        </button>
      </header>
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      {removed && (
        <div className="alert alert-secondary te-undo" role="status">
          {t("The test “{name}” was deleted.", { name: removed.test.name })}
          <button type="button" className="btn btn-sm btn-link" onClick={bringBack}>
            {t("Undo")}
          </button>
        </div>
      )}
      {strangers(run, tests).map((result, place) => (
        <div key={place} className="alert alert-warning">
          {result.problems.join(" ")}
        </div>
      ))}
      <div className="te-columns">
        <div className="te-list">
          {tests.length === 0 && (
            <p className="text-body-secondary">
              {t("No test yet. Walk a call in the phone and save it as a test; it is run after every edit.")}
            </p>
          )}
          {tests.map((test, place) => (
            <TestCard
              key={place}
              test={test}
              taken={tests.filter((_, other) => other !== place).map((one) => one.name)}
              result={resultOf(run, test, place)}
              lit={shown === place}
              onRename={(name) => onChange(tests.with(place, { ...test, name }))}
              onRemove={() => remove(place)}
              onShow={(path) => show(place, path)}
            />
          ))}
        </div>
        {run && (
          <CoverageReport
            coverage={run.coverage}
            painted={painted}
            onPaint={setPainted}
            onPick={(node) => light.current([stepAt(node, doc.nodes, flow)])}
          />
        )}
      </div>
    </section>
  );
}

function summary(count: number, failing: number, running: boolean, ran: boolean): string {
  if (running) return t("The tests are running…");
  if (!ran || !count) return t("Tests: {count}", { count });
  return failing ? t("Tests: {count}, failing: {failing}", { count, failing }) : t("Tests: {count}, all pass", { count });
}

/** A step as the canvas lights it, made of a name in an expected path: `node` or `flow/node`. */
export function stepAt(name: string, nodes: Record<string, { kind: string }>, flow: string): Step {
  const here = nodes[name];
  if (here) return { flow, version: 0, node: name, kind: here.kind, exit: "" };
  const slash = name.indexOf("/");
  if (slash < 0) return { flow, version: 0, node: name, kind: "", exit: "" };
  return { flow: name.slice(0, slash), version: 0, node: name.slice(slash + 1), kind: "", exit: "" };
}

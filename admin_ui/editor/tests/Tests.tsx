/** The flow's saved tests: run them, see which fail and why, and what they do not walk. */

import { useEffect, useRef, useState } from "react";

import { t } from "../texts";
import type { FlowTest, TestsProps } from "../types";
import { CoverageReport } from "./CoverageReport";
import { Head, summary } from "./Head";
import { failingFirst, keyOf, stepAt, withName } from "./listing";
import { resultOf, strangers, useRun } from "./running";
import { TestCard } from "./TestCard";
import "../phone/buttons.css";
import "./tests.css";

export default function Tests({ flow, doc, onChange, onCoverage, onPath, select }: TestsProps) {
  const tests = doc.tests ?? [];
  const { run, running, error, again } = useRun(flow, doc);
  const [painted, setPainted] = useState(false);
  const [removed, setRemoved] = useState<{ test: FlowTest; place: number } | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
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
      <Head
        words={summary(tests.length, failing, running, !!run)}
        running={running}
        error={error}
        removed={removed?.test.name ?? null}
        onRun={again}
        onUndo={bringBack}
      />
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
          {failingFirst(tests, run).map(({ test, place }) => (
            <TestCard
              key={keyOf(tests, place)}
              test={test}
              open={opened.has(test.name)}
              taken={tests.filter((_, other) => other !== place).map((one) => one.name)}
              result={resultOf(run, test, place)}
              lit={shown === place}
              onOpen={(open) => setOpened((before) => withName(before, test.name, open))}
              onRename={(name) => {
                setOpened((before) => withName(before, name, true));
                onChange(tests.with(place, { ...test, name }));
              }}
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
            onPick={select}
          />
        )}
      </div>
    </section>
  );
}

import { ChevronDown, CircleAlert, TriangleAlert } from "lucide-react";
import { type ReactNode, Suspense } from "react";

import { TestsPanel } from "../panels";
import { focusOn, setCoverage, setPath, setTests, useEditor } from "../store";
import { t } from "../texts";
import { type Dock as Tab, showDock, useView } from "../view";
import { errorWords, tally, warningWords } from "./tally";

/** Below the canvas: the problems, and the tests. On a phone only the problems, when they are asked for. */
export function Dock({ narrow }: { narrow: boolean }) {
  const dock = useView((state) => state.dock);
  const tests = useEditor((state) => state.doc.tests?.length ?? 0);
  const tabs: [Tab, ReactNode][] = [["problems", <>{t("Problems")} <Tallied /></>]];
  if (narrow && !dock) return null;
  if (!narrow) tabs.push(["tests", t("Tests ({count})", { count: tests })]);
  return (
    <section className={`ed-dock${dock ? " is-open" : ""}`} aria-label={t("Problems and tests")}>
      <div className="ed-dock-tabs">
        {tabs.map(([tab, title]) => (
          <button key={tab} type="button" className={`ed-tab${dock === tab ? " is-active" : ""}`} aria-expanded={dock === tab} onClick={() => showDock(tab)}>{title}</button>
        ))}
        <span className="ed-grow" />
        {dock ? <button type="button" className="ed-tool" aria-label={t("Close")} onClick={() => showDock(dock)}><ChevronDown size={16} /></button> : null}
      </div>
      {dock === "problems" ? <Problems /> : null}
      {dock === "tests" && !narrow ? <Tests /> : null}
    </section>
  );
}

/** The same count as in the bar on top, each kind with its sign. */
function Tallied() {
  const { errors, warnings } = tally(useEditor((state) => state.problems));
  const kinds = [
    { kind: "error", count: errors, Sign: CircleAlert, words: errorWords(errors) },
    { kind: "warning", count: warnings, Sign: TriangleAlert, words: warningWords(warnings) },
  ];
  return kinds.filter(({ count }) => count).map(({ kind, count, Sign, words }) => (
    <span key={kind} className={`ed-tally is-${kind}`} title={words}>
      <Sign size={14} aria-hidden="true" /> <span aria-hidden="true">{count}</span><span className="visually-hidden">{words}</span>
    </span>
  ));
}

function Problems() {
  const problems = useEditor((state) => state.problems);
  if (!problems.length) return <p className="ed-none">{t("Nothing is wrong with this flow.")}</p>;
  const sorted = [...problems].sort((one, other) => Number(one.severity !== "error") - Number(other.severity !== "error"));
  return (
    <ul className="ed-problems">
      {sorted.map((one, place) => {
        const Sign = one.severity === "error" ? CircleAlert : TriangleAlert;
        return (
          <li key={place}>
            <button type="button" className={`is-${one.severity}`} onClick={() => focusOn(one.where, one.field)}>
              <Sign size={16} aria-label={one.severity === "error" ? t("Problem") : t("Warning")} />
              <strong>{one.where || t("This flow")}</strong>
              <span>{one.text}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Tests() {
  const flow = useEditor((state) => state.flow);
  const doc = useEditor((state) => state.doc);
  return (
    <div className="ed-dock-body">
      <Suspense fallback={<p className="ed-none">{t("Loading…")}</p>}>
        <TestsPanel flow={flow} doc={doc} onChange={setTests} onCoverage={setCoverage} onPath={setPath} select={focusOn} />
      </Suspense>
    </div>
  );
}

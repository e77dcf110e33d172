import { ChevronDown, CircleAlert, TriangleAlert } from "lucide-react";
import { Suspense } from "react";

import { TestsPanel } from "../panels";
import { focusOn, setCoverage, setPath, setTests, useEditor } from "../store";
import { t } from "../texts";
import { type Dock as Tab, showDock, useView } from "../view";

/** Below the canvas: the problems, and the tests. On a phone only the problems, when they are asked for. */
export function Dock({ narrow }: { narrow: boolean }) {
  const dock = useView((state) => state.dock);
  const count = useEditor((state) => state.problems.length);
  const tests = useEditor((state) => state.doc.tests?.length ?? 0);
  const tabs: [Tab, string][] = [["problems", t("Problems ({count})", { count })]];
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

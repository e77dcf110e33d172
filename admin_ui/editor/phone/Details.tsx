/** The whole way of a trial: every step with its exit, the lines played, the variables, and what came back. */

import { useExitTitle } from "../exit_titles";
import { t } from "../texts";
import type { Line, Seen } from "../types";
import { Place } from "./Place";
import { lineWords, sideOf } from "./words";
import "./details.css";

interface Props {
  seen: Seen;
  script: Line[];
  flow: string;
  select: (node: string) => void;
}

export function Details({ seen, script, flow, select }: Props) {
  const variables = Object.entries(seen.variables);
  const exitOf = useExitTitle();
  const results = seen.events.filter((event) => sideOf(event) !== "flow");
  return (
    <div className="ph-scroll ph-details">
      <h3>{t("Path")}</h3>
      <ol className="ph-path">
        {seen.steps.map((step, place) => (
          <li key={place} aria-current={place === seen.steps.length - 1 ? "step" : undefined}>
            <Place flow={flow} of={step} select={select} />
            {step.exit && <span className="ph-exit">→ {exitOf(step)}</span>}
            {step.flow !== flow && (
              <small className="text-body-secondary">{t("version {version}", { version: step.version })}</small>
            )}
          </li>
        ))}
      </ol>
      <h3>{t("What was done")}</h3>
      {script.length === 0 && <p className="text-body-secondary">{t("Nothing yet.")}</p>}
      <ol>
        {script.map((line, place) => (
          <li key={place}>{lineWords(line)}</li>
        ))}
      </ol>
      <h3>{t("Results")}</h3>
      {results.length === 0 && <p className="text-body-secondary">{t("Nothing yet.")}</p>}
      <ul className="ph-results">
        {results.map((event, place) => (
          <li key={place}>
            <Place flow={flow} of={event} select={select} /> {event.text || event.type}
          </li>
        ))}
      </ul>
      <h3>{t("Variables")}</h3>
      {variables.length === 0 && <p className="text-body-secondary">{t("Nothing yet.")}</p>}
      <dl className="ph-variables">
        {variables.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

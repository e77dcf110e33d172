/** What speaks against publishing, said before it is done. */

import { t } from "../texts";
import type { Objection } from "./objecting";

interface Props {
  objections: Objection;
  despite: boolean;
  onDespite: (despite: boolean) => void;
}

export function Objections({ objections, despite, onDespite }: Props) {
  const { errors, warnings, failing, reading, trouble } = objections;
  return (
    <div className="ve-objections" aria-live="polite">
      {reading && <p className="form-text">{t("The draft is being checked and its tests run…")}</p>}
      {trouble && <p className="form-text">{trouble}</p>}
      {errors.length > 0 && (
        <div className="alert alert-danger">
          <strong>{t("This has to be mended before callers can meet it:")}</strong>
          <ul>
            {errors.map((problem, place) => (
              <li key={place}>{[problem.where, problem.text].filter(Boolean).join(": ")}</li>
            ))}
          </ul>
        </div>
      )}
      {failing.length > 0 && (
        <div className="alert alert-warning">
          <strong>{t("These tests fail:")}</strong>
          <ul>
            {failing.map((test, place) => (
              <li key={place}>{[test.name, test.problems.join(" ")].filter(Boolean).join(": ")}</li>
            ))}
          </ul>
          <label className="form-check">
            <input
              type="checkbox"
              className="form-check-input"
              checked={despite}
              onChange={(event) => onDespite(event.target.checked)}
            />{" "}
            {t("Publish although tests fail")}
          </label>
        </div>
      )}
      {warnings.length > 0 && (
        <details>
          <summary>{t("Warnings: {count}", { count: warnings.length })}</summary>
          <ul>
            {warnings.map((problem, place) => (
              <li key={place}>{[problem.where, problem.text].filter(Boolean).join(": ")}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** What of the flow the tests walk, and what they do not. */

import { useExitTitle } from "../exit_titles";
import { t } from "../texts";
import type { Coverage } from "../types";
import { share, uncovered, type Share } from "./coverage";

interface Props {
  coverage: Coverage;
  painted: boolean;
  onPaint: (painted: boolean) => void;
  onPick: (node: string) => void;
}

export function CoverageReport({ coverage, painted, onPaint, onPick }: Props) {
  const exitOf = useExitTitle();
  const missed = uncovered(coverage);
  return (
    <div className="te-coverage">
      <h3>{t("Coverage")}</h3>
      <Meter name={t("Nodes")} share={share(coverage.nodes)} />
      <Meter name={t("Exits")} share={share(coverage.exits)} />
      <label className="form-check form-switch">
        <input
          type="checkbox"
          role="switch"
          className="form-check-input"
          checked={painted}
          onChange={(event) => onPaint(event.target.checked)}
        />{" "}
        {t("Show on the canvas")}
      </label>
      {missed.length > 0 && (
        <>
          <h4>{t("Not walked by any test")}</h4>
          <ul>
            {missed.map(({ node, exit }) => (
              <li key={`${node} ${exit}`}>
                <button type="button" className="btn btn-link btn-sm" onClick={() => onPick(node)}>
                  {node}
                  {exit && ` → ${exitOf({ node, exit })}`}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Meter({ name, share: { covered, whole, percent } }: { name: string; share: Share }) {
  return (
    <div className="te-meter">
      <span>{name}</span>
      <meter min={0} max={100} value={percent} aria-label={name} />
      <span>{t("{percent} % ({covered} of {whole})", { percent, covered, whole })}</span>
    </div>
  );
}

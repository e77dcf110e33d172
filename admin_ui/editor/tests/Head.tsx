/** The head of the tests: how they went, and what can be done with all of them. */

import { Play } from "lucide-react";

import { t } from "../texts";

interface Props {
  words: string;
  running: boolean;
  error: string;
  /** The test that was deleted last. */
  removed: string | null;
  onRun: () => void;
  onUndo: () => void;
}

export function Head({ words, running, error, removed, onRun, onUndo }: Props) {
  return (
    <div className="te-top">
      <header className="te-head">
        <p role="status" className="te-sum">
          {words}
        </p>
        <button type="button" className="btn btn-sm btn-outline-primary" onClick={onRun} disabled={running}>
          <Play size={14} aria-hidden /> {t("Run all")}
        </button>
      </header>
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      {removed !== null && (
        <div className="alert alert-secondary te-undo" role="status">
          {t("The test “{name}” was deleted.", { name: removed })}
          <button type="button" className="btn btn-sm btn-link" onClick={onUndo}>
            {t("Undo")}
          </button>
        </div>
      )}
    </div>
  );
}

/** How the tests went, in one line. */
export function summary(count: number, failing: number, running: boolean, ran: boolean): string {
  if (running) return t("The tests are running…");
  if (!ran || !count) return t("Tests: {count}", { count });
  return failing ? t("Tests: {count}, failing: {failing}", { count, failing }) : t("Tests: {count}, all pass", { count });
}

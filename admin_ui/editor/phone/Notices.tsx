/** What has to be said about a simulated call: why it cannot go on, that it goes another way now, that it was kept. */

import { t } from "../texts";
import type { CallState, Moved } from "./simulated";

interface Props {
  state: CallState;
  select: (node: string) => void;
  onForgive: () => void;
  saved: string;
}

export function Notices({ state, select, onForgive, saved }: Props) {
  const problem = state.seen?.problem;
  return (
    <div className="ph-notices" aria-live="polite">
      {state.error && (
        <div className="alert alert-danger" role="alert">
          {state.error}
        </div>
      )}
      {problem && (
        <div className="alert alert-danger" role="alert">
          {problem.where && (
            <button type="button" className="btn btn-link btn-sm" onClick={() => select(problem.where)}>
              {problem.where}
            </button>
          )}{" "}
          {problem.text} {unfit(problem) && t("Take the last step back, or change the flow.")}
        </div>
      )}
      {state.moved && (
        <div className="alert alert-warning">
          {movedWords(state.moved)}
          <button type="button" className="btn btn-sm btn-link" onClick={onForgive}>
            {t("Understood")}
          </button>
        </div>
      )}
      {saved && <div className="alert alert-success">{t("“{name}” is now a test of this flow.", { name: saved })}</div>}
    </div>
  );
}

/** A line that was played does not fit what the flow asks any more. */
function unfit(problem: { where: string; text: string; code?: string }): boolean {
  return problem.code === "unfit_line" || problem.code === "line_left";
}

/** Say that the call takes another way on the edited flow. */
export function movedWords({ at, before, after }: Moved): string {
  const ways = { at, before: way(before), after: way(after) };
  return at
    ? t("The flow was edited: after “{at}” the call now goes {after}; before, it went {before}.", ways)
    : t("The flow was edited: the call now goes {after}; before, it went {before}.", ways);
}

const way = (nodes: string[]): string => (nodes.length ? nodes.join(" → ") : t("no further"));

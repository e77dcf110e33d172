import { CircleAlert, TriangleAlert } from "lucide-react";

import { focusOn } from "../store";
import { t } from "../texts";
import type { Problem } from "../types";

/** How many things are wrong with a node; a click leads to the first of them. */
export function ProblemBadge({ problems }: { problems: Problem[] }) {
  const first = problems.find((one) => one.severity === "error") ?? problems[0];
  if (!first) return null;
  const error = first.severity === "error";
  const said = problems.map((one) => one.text).join("\n");
  const Sign = error ? CircleAlert : TriangleAlert;
  return (
    <button
      type="button"
      className={`ed-badge nodrag ${error ? "is-error" : "is-warning"}`}
      title={said}
      aria-label={`${error ? t("Problem") : t("Warning")}: ${said}`}
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        focusOn(first.where, first.field);
      }}
    >
      <Sign size={14} aria-hidden="true" />
      {problems.length > 1 ? problems.length : null}
    </button>
  );
}

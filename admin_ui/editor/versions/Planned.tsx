/** The publication to come. */

import { CalendarClock } from "lucide-react";
import { useState } from "react";

import { said } from "../phone/simulated";
import { exactly, t } from "../texts";
import { cancelPlan, type Plan } from "./reading";

export function Planned({ flow, plan, onCancelled }: { flow: string; plan: Plan; onCancelled: () => void }) {
  const [error, setError] = useState("");
  const [sending, setSending] = useState(false);
  const cancel = async () => {
    setSending(true);
    try {
      await cancelPlan(flow);
      onCancelled();
    } catch (reason) {
      setError(said(reason));
      setSending(false);
    }
  };
  if (plan.state === "failed") {
    return (
      <div className="alert alert-danger" role="group" aria-label={t("Planned publication")}>
        {t("The publication planned for {moment} could not be done: {problem}", {
          moment: exactly(new Date(plan.at)),
          problem: plan.problem,
        })}
      </div>
    );
  }
  return (
    <div className="ve-box" role="group" aria-label={t("Planned publication")}>
      <p>
        <CalendarClock size={16} aria-hidden /> {t("Will be published on {moment}", { moment: exactly(new Date(plan.at)) })}
      </p>
      {plan.comment && <p>{plan.comment}</p>}
      {plan.author && <p className="ve-faint">{plan.author}</p>}
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      <button type="button" className="btn btn-sm btn-outline-danger" disabled={sending} onClick={() => void cancel()}>
        {t("Cancel the planned publication")}
      </button>
    </div>
  );
}

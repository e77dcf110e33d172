/** What a real trial call needs: who calls whom, which keys, and how long. */

import { PhoneCall } from "lucide-react";
import { useId, useState } from "react";

import { t } from "../texts";
import { callerPresets } from "./callers";
import { useSurroundings } from "./shared";
import { said } from "./simulated";
import type { TrialCall } from "./trial";

const NO_FLOW = { name: "", start: "", nodes: {} };

interface Props {
  flow: string;
  /** Whether a virtual switch stands in for FreeSWITCH. */
  virtual: boolean;
  trial: TrialCall;
}

export function TrialForm({ flow, virtual, trial }: Props) {
  const id = useId();
  const known = useSurroundings(flow);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [press, setPress] = useState("");
  const [after, setAfter] = useState("30");
  const [placing, setPlacing] = useState(false);
  const [error, setError] = useState("");
  const caller = from || callerPresets(NO_FLOW, known.country)[0]?.caller || "";
  const number = to || known.numbers[0] || "";
  const place = async () => {
    setPlacing(true);
    setError("");
    const keys = press.split(/[\s,;]+/).filter(Boolean);
    try {
      await trial.place({ from: caller, to: number, press: keys, hang_up_after: Number(after) || null });
    } catch (reason) {
      setError(said(reason));
      setPlacing(false);
    }
  };
  return (
    <form
      className="ph-form"
      onSubmit={(event) => {
        event.preventDefault();
        void place();
      }}
    >
      <div className="ph-scroll">
        <p className="text-body-secondary">
          {virtual
            ? t("A call through the virtual switch, which stands in for FreeSWITCH, to the published version of the flow. It appears under live calls.")
            : t("A real call through the telephone system, to the published version of the flow. It appears under live calls.")}
        </p>
        <label className="form-label" htmlFor={`${id}-to`}>
          {t("Number called")}
        </label>
        <input
          id={`${id}-to`}
          className="form-control"
          type="tel"
          required={!number}
          list={`${id}-numbers`}
          value={to}
          placeholder={number}
          onChange={(event) => setTo(event.target.value)}
        />
        <datalist id={`${id}-numbers`}>
          {known.numbers.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        {!known.numbers.length && !to && (
          <div className="form-text">{t("No number leads to this flow yet; give one under Numbers or Short numbers, or call another.")}</div>
        )}
        <label className="form-label" htmlFor={`${id}-from`}>
          {t("Who calls")}
        </label>
        <input
          id={`${id}-from`}
          className="form-control"
          type="tel"
          value={from}
          placeholder={caller}
          onChange={(event) => setFrom(event.target.value)}
        />
        <label className="form-label" htmlFor={`${id}-press`}>
          {t("Keys to press")}
        </label>
        <input
          id={`${id}-press`}
          className="form-control"
          value={press}
          placeholder="1 101#"
          aria-describedby={`${id}-press-help`}
          onChange={(event) => setPress(event.target.value)}
        />
        <div className="form-text" id={`${id}-press-help`}>
          {t("One answer for each question, with spaces between them.")}
        </div>
        <label className="form-label" htmlFor={`${id}-after`}>
          {t("Hang up after (seconds)")}
        </label>
        <input
          id={`${id}-after`}
          className="form-control"
          type="number"
          min={1}
          max={3600}
          value={after}
          onChange={(event) => setAfter(event.target.value)}
        />
      </div>
      <div className="ph-actions">
        {error && (
          <div className="alert alert-danger" role="alert">
            {error}
          </div>
        )}
        <button type="submit" className="btn btn-success w-100" disabled={placing}>
          <PhoneCall size={18} aria-hidden /> {placing ? t("Calling…") : t("Call now")}
        </button>
      </div>
    </form>
  );
}

/** A web request that waits: what the service answers, with what it answered last time. */

import { useEffect, useId, useState } from "react";

import { t } from "../texts";
import type { Line, Waiting } from "../types";
import { FIRST_ANSWER, httpLine, type WebAnswer } from "./web_answers";

interface Props {
  waiting: Waiting;
  last: WebAnswer | undefined;
  disabled: boolean;
  onAnswer: (line: Line, answer: WebAnswer) => void;
}

export function WebAnswerForm({ waiting, last, disabled, onAnswer }: Props) {
  const id = useId();
  const [answer, setAnswer] = useState<WebAnswer>(last ?? FIRST_ANSWER);
  const [error, setError] = useState(false);
  useEffect(() => setAnswer(last ?? FIRST_ANSWER), [waiting, last]);
  const set = (change: Partial<WebAnswer>) => setAnswer({ ...answer, ...change });
  const send = (how: WebAnswer) => {
    try {
      onAnswer(httpLine(how), how);
    } catch (reason) {
      if (!(reason instanceof SyntaxError)) throw reason;
      setError(true);
    }
  };
  return (
    <form
      className="ph-web"
      aria-label={t("Answer of the web service")}
      onSubmit={(event) => {
        event.preventDefault();
        send({ ...answer, outcome: "" });
      }}
    >
      <p className="ph-request">
        <strong>{String(waiting.command.method ?? "GET")}</strong> <code>{String(waiting.command.url ?? "")}</code>
      </p>
      <div className="ph-row">
        <label htmlFor={`${id}-status`}>{t("Status")}</label>
        <input
          id={`${id}-status`}
          className="form-control form-control-sm"
          type="number"
          min={100}
          max={599}
          value={answer.status}
          onChange={(event) => set({ status: event.target.valueAsNumber || 200 })}
        />
      </div>
      <label htmlFor={`${id}-body`}>{t("JSON document")}</label>
      <textarea
        id={`${id}-body`}
        className={`form-control form-control-sm font-monospace ${error ? "is-invalid" : ""}`}
        rows={3}
        value={answer.body}
        aria-describedby={error ? `${id}-error` : undefined}
        onChange={(event) => {
          setError(false);
          set({ body: event.target.value });
        }}
      />
      {error && (
        <div className="invalid-feedback" id={`${id}-error`}>
          {t("This is not JSON: look at quotes, commas and brackets.")}
        </div>
      )}
      <label className="form-check">
        <input
          type="checkbox"
          className="form-check-input"
          checked={answer.always}
          onChange={(event) => set({ always: event.target.checked })}
        />{" "}
        {t("Answer “{node}” like this from now on", { node: waiting.node })}
      </label>
      <div className="ph-buttons">
        <button type="submit" className="btn btn-sm btn-primary" disabled={disabled}>
          {t("Send the answer")}
        </button>
        <button
          type="button"
          className="btn btn-sm btn-outline-secondary"
          disabled={disabled}
          onClick={() => send({ ...answer, outcome: "failed" })}
        >
          {t("Cannot be reached")}
        </button>
        <button
          type="button"
          className="btn btn-sm btn-outline-secondary"
          disabled={disabled}
          title={t("The request may or may not have arrived.")}
          onClick={() => send({ ...answer, outcome: "unknown" })}
        >
          {t("Outcome unknown")}
        </button>
      </div>
    </form>
  );
}

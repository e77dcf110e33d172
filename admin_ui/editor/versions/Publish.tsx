/** Publish the draft, now or later. Failing tests and problems are said before, not after. */

import { Rocket } from "lucide-react";
import { useEffect, useId, useState } from "react";

import { ApiError } from "../api";
import { momentOf } from "../clock";
import { said } from "../phone/simulated";
import { t } from "../texts";
import { Objections } from "./Objections";
import { publish, type Plan } from "./reading";
import { NO_OBJECTIONS, objectionsIn, useObjections } from "./objecting";

interface Props {
  flow: string;
  revision: number;
  dirty: boolean;
  planned: Plan | null;
  onPublished: (version: number) => void;
  onPlanned: (plan: Plan) => void;
}

export function Publish({ flow, revision, dirty, planned, onPublished, onPlanned }: Props) {
  const id = useId();
  const [open, setOpen] = useState(true);
  const [comment, setComment] = useState("");
  const [later, setLater] = useState(false);
  const [at, setAt] = useState("");
  const [despite, setDespite] = useState(false);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState("");
  const [objections, setObjections] = useObjections(flow, revision, open && !dirty);
  useEffect(() => setDespite(false), [revision]);

  const { errors, failing, reading } = objections;
  const past = later && !!at && momentOf(at) <= new Date();
  const ready = !dirty && !sending && !errors.length && (!failing.length || despite) && (!later || (!!at && !past));

  const send = async () => {
    setSending(true);
    setError("");
    try {
      const answer = await publish(flow, {
        comment: comment.trim(),
        revision,
        ...(later && { at: momentOf(at).toISOString() }),
        ...(despite && failing.length && { despite_failing_tests: true }),
      });
      setComment("");
      setOpen(false);
      setObjections(NO_OBJECTIONS);
      if (answer.version !== null) onPublished(answer.version);
      else if (answer.planned) onPlanned(answer.planned);
    } catch (reason) {
      setError(said(reason));
      if (reason instanceof ApiError) setObjections(objectionsIn(reason, objections));
    } finally {
      setSending(false);
    }
  };

  if (!open) {
    return (
      <button type="button" className="btn btn-primary" onClick={() => setOpen(true)}>
        <Rocket size={16} aria-hidden /> {t("Publish the draft…")}
      </button>
    );
  }
  return (
    <form
      className="ve-box"
      aria-label={t("Publish the draft")}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void send();
      }}
    >
      <label className="form-label" htmlFor={`${id}-comment`}>
        {t("What changes for callers?")}
      </label>
      <textarea
        id={`${id}-comment`}
        className="form-control"
        rows={2}
        maxLength={2000}
        value={comment}
        placeholder={t("Orders go to the shop after 18:00")}
        onChange={(event) => setComment(event.target.value)}
      />
      <div className="ve-when" role="radiogroup" aria-label={t("When")}>
        <label className="form-check">
          <input type="radio" className="form-check-input" checked={!later} onChange={() => setLater(false)} />{" "}
          {t("Now")}
        </label>
        <label className="form-check">
          <input type="radio" className="form-check-input" checked={later} onChange={() => setLater(true)} />{" "}
          {t("At a date and time")}
        </label>
      </div>
      {later && (
        <>
          <input
            className={`form-control ${past ? "is-invalid" : ""}`}
            type="datetime-local"
            aria-label={t("Date and time of the publication")}
            required
            value={at}
            onChange={(event) => setAt(event.target.value)}
          />
          {past && <div className="invalid-feedback">{t("This moment has passed.")}</div>}
          <div className="form-text">
            {t("The draft as it is now is published then, whatever is edited until then.")}
            {planned?.state === "waiting" && ` ${t("It takes the place of the one planned now.")}`}
          </div>
        </>
      )}
      <Objections objections={objections} despite={despite} onDespite={setDespite} />
      {dirty && <p className="form-text">{t("The last edits are being saved…")}</p>}
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      <div className="ve-buttons">
        <button type="submit" className="btn btn-primary" disabled={!ready || reading}>
          {later ? t("Plan the publication") : t("Publish")}
        </button>
        <button type="button" className="btn btn-link" onClick={() => setOpen(false)}>
          {t("Cancel")}
        </button>
      </div>
    </form>
  );
}

/** "Replay on this draft": a recorded call's answers, heard by the flow as it is drawn now. */

import { useEffect, useState } from "react";

import { ApiError, flowPath, get, post } from "../api";
import { useLitPath } from "../phone/shared";
import { pathOf, said } from "../phone/simulated";
import { t } from "../texts";
import type { FlowDoc, Given, Line, Step } from "../types";
import { Compared } from "./Compared";
import { Recent } from "./Recent";
import { besides, goOn, recordedPath, verdict, type CallRecord, type ReplayAnswer } from "./replay";
import "./replay.css";

const SETTLED = 600; // milliseconds after the last edit

interface Props {
  flow: string;
  doc: FlowDoc;
  call: string | null;
  select: (node: string) => void;
  onPath: (steps: Step[]) => void;
  onContinue: (run: { given: Given; script: Line[] }) => void;
}

export default function Replay({ flow, doc, call, select, onPath, onContinue }: Props) {
  const [chosen, setChosen] = useState(call);
  useEffect(() => setChosen(call), [call]);
  if (!chosen) return <Recent flow={flow} onChoose={setChosen} />;
  return (
    <Replayed
      key={chosen}
      flow={flow}
      doc={doc}
      call={chosen}
      select={select}
      onPath={onPath}
      onContinue={onContinue}
      onAnother={() => setChosen(null)}
    />
  );
}

interface ReplayedProps extends Props {
  call: string;
  onAnother: () => void;
}

function Replayed({ flow, doc, call, select, onPath, onContinue, onAnother }: ReplayedProps) {
  const { answer, record, error } = useReplay(flow, doc, call);
  useLitPath(answer?.steps, onPath);
  const stoppedIn = answer?.stopped || answer?.problem ? (answer.problem?.where || answer.steps.at(-1)?.node) : "";
  useEffect(() => {
    if (stoppedIn) select(stoppedIn);
  }, [stoppedIn]);

  const rows = answer ? besides(record ? recordedPath(record, flow) : [], pathOf(answer.steps, flow)) : [];
  const found = answer && verdict(answer, record ? rows : []);
  return (
    <section className="ph-part" aria-label={t("Recorded call on this draft")}>
      <div className="ph-scroll" aria-live="polite">
        {!answer && !error && <p className="text-body-secondary">{t("The call is being replayed…")}</p>}
        {error && (
          <div className="alert alert-danger" role="alert">
            {error}
          </div>
        )}
        {answer && found && (
          <Compared flow={flow} record={record} answer={answer} rows={rows} verdict={found} select={select} />
        )}
      </div>
      <div className="ph-actions">
        {found === "stopped" && <p className="mb-2">{t("How should it go on?")}</p>}
        <div className="ph-buttons">
          {answer && !answer.ended && (
            <button
              type="button"
              className={`btn btn-sm ${found === "stopped" ? "btn-primary" : "btn-outline-primary"}`}
              onClick={() => onContinue(goOn(answer, record))}
            >
              {t("Continue from here by hand")}
            </button>
          )}
          <button type="button" className="btn btn-sm btn-outline-secondary" onClick={onAnother}>
            {t("Choose another call")}
          </button>
        </div>
      </div>
    </section>
  );
}

interface Replaying {
  answer: ReplayAnswer | null;
  record: CallRecord | null;
  error: string;
}

/** Replay, and again when the draft was edited. */
function useReplay(flow: string, doc: FlowDoc, call: string): Replaying {
  const [record, setRecord] = useState<CallRecord | null>(null);
  const [answer, setAnswer] = useState<ReplayAnswer | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const leaving = new AbortController();
    get<CallRecord>(`/calls/${encodeURIComponent(call)}`, leaving.signal).then(setRecord, (reason: unknown) => {
      if (!(reason instanceof ApiError)) return;
      setRecord(null); // the replay can do without the record: its own refusal says more
    });
    return () => leaving.abort();
  }, [call]);
  useEffect(() => {
    const leaving = new AbortController();
    const timer = setTimeout(
      () => {
        post<ReplayAnswer>(flowPath(flow, "replay"), { call, doc }, leaving.signal).then(
          (found) => {
            setAnswer(found);
            setError("");
          },
          (reason: unknown) => {
            if (!leaving.signal.aborted) setError(said(reason));
          },
        );
      },
      answer || error ? SETTLED : 0,
    );
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [flow, doc, call]);
  return { answer, record, error };
}

/** A real trial call of the published flow, through the telephone system, followed live. */

import { useEffect, useState } from "react";

import { ApiError, get } from "../api";
import { t } from "../texts";
import type { Step } from "../types";
import { entryWords, heardIn, sideOfEntry } from "./live_words";
import { stepsOf } from "./live";
import { Place } from "./Place";
import { useLitPath } from "./shared";
import type { Followed, TrialCall } from "./trial";
import { TrialForm } from "./TrialForm";
import "./transcript.css";

interface Props {
  flow: string;
  trial: TrialCall;
  followed: Followed;
  select: (node: string) => void;
  onPath: (steps: Step[]) => void;
}

export function RealCall({ flow, trial, followed, select, onPath }: Props) {
  const { refused, virtual } = usePossible();
  if (refused !== null && !followed.call) {
    return (
      <section className="ph-part ph-scroll" aria-label={t("Real call")}>
        <p className="alert alert-secondary">{refused}</p>
      </section>
    );
  }
  return (
    <section className="ph-part" aria-label={t("Real call")}>
      {followed.call ? (
        <Following flow={flow} followed={followed} select={select} onPath={onPath} onAgain={() => trial.leave()} />
      ) : (
        <TrialForm flow={flow} virtual={virtual} trial={trial} />
      )}
    </section>
  );
}

/** Whether trial calls can be placed, through a virtual switch or a real one, or why not. */
function usePossible(): { refused: string | null; virtual: boolean } {
  const [refused, setRefused] = useState<string | null>(null);
  const [virtual, setVirtual] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    const possible = get<{ virtual: boolean }>("/test-calls", leaving.signal);
    possible.then((answer) => setVirtual(answer.virtual)).catch((reason: unknown) => {
      if (!(reason instanceof ApiError)) return; // the panel was left
      setRefused(reason.message || t("Test calls are not available here."));
    });
    return () => leaving.abort();
  }, []);
  return { refused, virtual };
}

interface FollowingProps extends Omit<Props, "trial"> {
  onAgain: () => void;
}

function Following({ flow, followed: { call, entries, away, over }, select, onPath, onAgain }: FollowingProps) {
  const [steps, setSteps] = useState<Step[]>([]);
  useEffect(() => setSteps(stepsOf(entries)), [entries]);
  useLitPath(steps, onPath);
  return (
    <>
      <div className="ph-log" role="log" aria-live="polite" aria-label={t("The call, as it happens")}>
        <ol className="ph-transcript">
          {entries.length === 0 && <li className="ph-system">{t("The call is being placed…")}</li>}
          {entries.map((entry) => {
            const heard = heardIn(entry);
            const place = { flow: entry.data.flow, node: String(entry.data.node ?? "") };
            return (
              <li key={`${entry.sequence} ${entry.kind}`} className={`ph-${sideOfEntry(entry)}`}>
                <Place className="ph-node" flow={flow} of={place} select={select} />
                {heard ? <p className="ph-bubble">{heard}</p> : <span className="ph-deed">{entryWords(entry)}</span>}
              </li>
            );
          })}
        </ol>
      </div>
      <div className="ph-actions">
        {away && !over && <p className="alert alert-warning">{t("The live feed is interrupted; it is being resumed.")}</p>}
        <div className="ph-buttons">
          <a className="btn btn-sm btn-outline-primary" href="/live">
            {t("Live calls")}
          </a>
          <a className="btn btn-sm btn-outline-secondary" href={`/calls/${encodeURIComponent(call)}`}>
            {t("Explain this call")}
          </a>
          <button type="button" className="btn btn-sm btn-outline-secondary" onClick={onAgain}>
            {over ? t("Another call") : t("Back")}
          </button>
        </div>
      </div>
    </>
  );
}

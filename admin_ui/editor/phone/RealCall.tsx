/** A real trial call of the published flow, through the telephone system, followed live. */

import { useEffect, useState } from "react";

import { ApiError, get } from "../api";
import { t } from "../texts";
import type { Step } from "../types";
import { entryWords } from "./live_words";
import { follow, isOver, stepsOf, withEntry, type Entry } from "./live";
import { Place } from "./Place";
import { useLitPath } from "./shared";
import { TrialForm } from "./TrialForm";
import "./transcript.css";

interface Props {
  flow: string;
  select: (node: string) => void;
  onPath: (steps: Step[]) => void;
}

export function RealCall({ flow, select, onPath }: Props) {
  const [refused, setRefused] = useState<string | null>(null);
  const [virtual, setVirtual] = useState(false);
  const [call, setCall] = useState("");
  useEffect(() => {
    const leaving = new AbortController();
    const possible = get<{ virtual?: boolean }>("/test-calls", leaving.signal);
    possible.then((answer) => setVirtual(answer?.virtual === true)).catch((reason: unknown) => {
      if (reason instanceof ApiError && [404, 503].includes(reason.status)) {
        setRefused(reason.message || t("Test calls are not available here."));
      }
    });
    return () => leaving.abort();
  }, []);
  if (refused !== null) {
    return (
      <section className="ph-part ph-scroll" aria-label={t("Real call")}>
        <p className="alert alert-secondary">{refused}</p>
      </section>
    );
  }
  return (
    <section className="ph-part" aria-label={t("Real call")}>
      {call ? (
        <Followed key={call} flow={flow} call={call} select={select} onPath={onPath} onAgain={() => setCall("")} />
      ) : (
        <TrialForm flow={flow} virtual={virtual} onPlaced={setCall} />
      )}
    </section>
  );
}

interface FollowedProps extends Props {
  call: string;
  onAgain: () => void;
}

function Followed({ flow, call, select, onPath, onAgain }: FollowedProps) {
  const [entries, setEntries] = useState<Entry[]>([]);
  const [away, setAway] = useState(false);
  const [steps, setSteps] = useState<Step[]>([]);
  useEffect(() => follow(call, (entry) => setEntries((before) => withEntry(before, entry)), setAway), [call]);
  useEffect(() => setSteps(stepsOf(entries)), [entries]);
  useLitPath(steps, onPath);
  const over = isOver(entries);
  return (
    <>
      <ol className="ph-transcript" role="log" aria-live="polite" aria-label={t("The call, as it happens")}>
        {entries.length === 0 && <li className="ph-system">{t("The call is being placed…")}</li>}
        {entries.map((entry) => (
          <li key={`${entry.sequence} ${entry.kind}`} className="ph-system">
            <span className="ph-deed">{entry.text || entryWords(entry)}</span>
            <Place
              className="ph-node"
              flow={flow}
              of={{ flow: entry.data.flow, node: String(entry.data.node ?? "") }}
              select={select}
            />
          </li>
        ))}
      </ol>
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

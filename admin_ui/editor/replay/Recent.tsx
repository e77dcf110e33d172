/** The latest calls of a flow, to choose one to replay. */

import { useEffect, useState } from "react";

import { get } from "../api";
import { callerName } from "../phone/callers";
import { said } from "../phone/simulated";
import { ago, exactly, t } from "../texts";
import type { Page } from "../types";
import type { CallRecord } from "./replay";

export function Recent({ flow, onChoose }: { flow: string; onChoose: (call: string) => void }) {
  const [calls, setCalls] = useState<CallRecord[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const leaving = new AbortController();
    get<Page<CallRecord>>(`/calls?flow=${encodeURIComponent(flow)}&limit=20`, leaving.signal).then(
      (page) => setCalls(page.items),
      (reason: unknown) => {
        if (!leaving.signal.aborted) setError(said(reason));
      },
    );
    return () => leaving.abort();
  }, [flow]);
  return (
    <section className="ph-part" aria-label={t("Recorded calls")}>
      <div className="ph-scroll">
        <p className="text-body-secondary">{t("Choose a call: its answers are played on this draft.")}</p>
        {error && (
          <div className="alert alert-danger" role="alert">
            {error}
          </div>
        )}
        {calls?.length === 0 && <p>{t("No call has gone through this flow yet.")}</p>}
        <ul className="rp-recent">
          {calls?.map((call) => (
            <li key={call.call}>
              <button type="button" onClick={() => onChoose(call.call)}>
                <strong>{callerName(call.caller)}</strong>
                {call.started_at && (
                  <span title={exactly(new Date(call.started_at))}>{ago(new Date(call.started_at))}</span>
                )}
                {call.flow_version && <span>{t("version {version}", { version: call.flow_version })}</span>}
              </button>
            </li>
          ))}
        </ul>
        <a href={`/calls?flow=${encodeURIComponent(flow)}`}>{t("All calls of this flow")}</a>
      </div>
    </section>
  );
}

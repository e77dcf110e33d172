/** Publish the draft, see what was published and what differs, go back. */

import { useCallback, useEffect, useState } from "react";

import { said } from "../phone/simulated";
import { t } from "../texts";
import type { VersionsProps } from "../types";
import { Compare } from "./Compare";
import { Files } from "./Files";
import { Planned } from "./Planned";
import { Publish } from "./Publish";
import { readPlan, readVersions, type Plan, type Version } from "./reading";
import { VersionList } from "./VersionList";
import "../phone/buttons.css";
import "./versions.css";

export default function Versions({ flow, doc, revision, dirty, onRestore, onCompare, onPublished }: VersionsProps) {
  const [versions, setVersions] = useState<Version[] | null>(null);
  const [plan, setPlan] = useState<Plan | null>(null);
  const [error, setError] = useState("");
  const [done, setDone] = useState("");

  const read = useCallback(async () => {
    try {
      const [found, planned] = await Promise.all([readVersions(flow), readPlan(flow)]);
      setVersions(found.toSorted((one, other) => other.version - one.version));
      setPlan(planned);
      setError("");
    } catch (reason) {
      setError(said(reason));
    }
  }, [flow]);
  useEffect(() => void read(), [read]);

  const published = (version: number, words: string) => {
    setDone(words);
    onPublished(version);
    void read();
  };
  return (
    <section className="ve" aria-label={t("Versions")}>
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}{" "}
          <button type="button" className="btn btn-sm btn-link" onClick={() => void read()}>
            {t("Try again")}
          </button>
        </div>
      )}
      <div role="status">{done && <div className="alert alert-success">{done}</div>}</div>
      <Publish
        flow={flow}
        revision={revision}
        dirty={dirty}
        planned={plan}
        onPublished={(version) =>
          published(version, t("Version {version} is in service: new calls take it, calls in progress keep theirs.", { version }))
        }
        onPlanned={(next) => {
          setDone(t("The publication is planned; until then callers notice nothing."));
          setPlan(next);
          void read();
        }}
      />
      {plan && (
        <Planned
          flow={flow}
          plan={plan}
          onCancelled={() => {
            setPlan(null);
            setDone(t("The planned publication was cancelled."));
          }}
        />
      )}
      <Compare flow={flow} doc={doc} versions={versions ?? []} revision={revision} onCompare={onCompare} />
      <VersionList
        flow={flow}
        versions={versions}
        onRestore={(doc, version) => {
          onRestore(doc);
          setDone(t("Version {version} is in the editor as a draft; callers notice nothing yet.", { version }));
        }}
        onRolledBack={(version, old) =>
          published(version, t("Version {old} is in service again, as version {version}.", { old, version }))
        }
      />
      <Files flow={flow} onRestore={onRestore} />
    </section>
  );
}

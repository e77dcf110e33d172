/** Every version that was published, the newest first. */

import { History, RotateCcw } from "lucide-react";
import { useId, useState } from "react";

import { said } from "../phone/simulated";
import { ago, exactly, t } from "../texts";
import type { FlowDoc } from "../types";
import { readVersion, rollBack, type Version } from "./reading";

interface Props {
  flow: string;
  versions: Version[] | null;
  onRestore: (doc: FlowDoc, version: number) => void;
  onRolledBack: (version: number, old: number) => void;
}

export function VersionList({ flow, versions, onRestore, onRolledBack }: Props) {
  return (
    <div>
      <h3>{t("Published versions")}</h3>
      {versions === null && <p className="ve-faint">{t("Being read…")}</p>}
      {versions?.length === 0 && (
        <p className="ve-faint">{t("Nothing is published yet: callers do not meet this flow.")}</p>
      )}
      <ol className="ve-list">
        {versions?.map((version) => (
          <Row key={version.version} flow={flow} version={version} onRestore={onRestore} onRolledBack={onRolledBack} />
        ))}
      </ol>
    </div>
  );
}

type RowProps = Omit<Props, "versions"> & { version: Version };

function Row({ flow, version, onRestore, onRolledBack }: RowProps) {
  const [going, setGoing] = useState(false);
  const [error, setError] = useState("");
  const at = new Date(version.created_at);
  const restore = async () => {
    setError("");
    try {
      onRestore(await readVersion(flow, version.version), version.version);
    } catch (reason) {
      setError(said(reason));
    }
  };
  return (
    <li>
      <div className="ve-row">
        <strong>{t("Version {version}", { version: version.version })}</strong>
        {version.published && <span className="ve-live">{t("in service")}</span>}
        <time dateTime={version.created_at} title={exactly(at)}>
          {ago(at)}
        </time>
        <span className="ve-faint">{version.author}</span>
      </div>
      {version.comment && <p className="ve-comment">{version.comment}</p>}
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      {going ? (
        <RollBack
          flow={flow}
          version={version.version}
          onClose={() => setGoing(false)}
          onDone={(made) => {
            setGoing(false);
            onRolledBack(made, version.version);
          }}
        />
      ) : (
        <div className="ve-buttons">
          <button type="button" className="btn btn-sm btn-outline-secondary" onClick={() => void restore()}>
            <History size={14} aria-hidden /> {t("Restore as draft")}
          </button>
          {!version.published && (
            <button type="button" className="btn btn-sm btn-outline-secondary" onClick={() => setGoing(true)}>
              <RotateCcw size={14} aria-hidden /> {t("Roll back to it…")}
            </button>
          )}
        </div>
      )}
    </li>
  );
}

interface RollBackProps {
  flow: string;
  version: number;
  onClose: () => void;
  onDone: (version: number) => void;
}

function RollBack({ flow, version, onClose, onDone }: RollBackProps) {
  const id = useId();
  const [comment, setComment] = useState("");
  const [error, setError] = useState("");
  const [sending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    setError("");
    try {
      onDone((await rollBack(flow, version, comment.trim())).version);
    } catch (reason) {
      setError(said(reason));
      setSending(false);
    }
  };
  return (
    <form
      className="ve-box"
      aria-label={t("Roll back to version {version}", { version })}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p>
        {t(
          "Version {version} is published again as a new version. New calls take it at once, calls in progress keep theirs, and the draft stays as it is.",
          { version },
        )}
      </p>
      <label className="form-label" htmlFor={id}>
        {t("Why?")}
      </label>
      <input
        id={id}
        className="form-control"
        autoFocus
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      <div className="ve-buttons">
        <button type="submit" className="btn btn-sm btn-primary" disabled={sending}>
          {t("Roll back")}
        </button>
        <button type="button" className="btn btn-sm btn-link" onClick={onClose}>
          {t("Cancel")}
        </button>
      </div>
    </form>
  );
}

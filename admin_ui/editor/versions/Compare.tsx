/** What differs between two versions, or a version and the draft: in words here, and drawn on the canvas. */

import { useEffect, useId, useRef, useState } from "react";

import { readForms } from "../api";
import { said } from "../phone/simulated";
import { t } from "../texts";
import type { Comparison, FlowDoc, Forms } from "../types";
import { Differences } from "./Differences";
import type { WholeDiff } from "./diff_words";
import { readDiff, readVersion, type End, type Version } from "./reading";

interface Props {
  flow: string;
  doc: FlowDoc;
  versions: Version[];
  revision: number;
  onCompare: (compared: Comparison | null) => void;
}

/** Two ends with their documents, null for the draft as it stands in the editor. */
interface Read {
  from: End;
  to: End;
  diff: WholeDiff;
  before: FlowDoc | null;
  after: FlowDoc | null;
}

export function Compare({ flow, doc, versions, revision, onCompare }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [ends, setEnds] = useState<[End, End] | null>(null);
  const [read, setRead] = useState<Read | null>(null);
  const [forms, setForms] = useState<Forms>({});
  const [error, setError] = useState("");
  const draw = useRef(onCompare);
  draw.current = onCompare;

  const live = versions.find((version) => version.published)?.version ?? versions[0]?.version;
  const [from, to]: [End, End] = ends ?? [live ?? "draft", "draft"];

  useEffect(() => {
    if (!open) return;
    const leaving = new AbortController();
    readBoth(flow, from, to, leaving.signal).then(
      (found) => {
        if (leaving.signal.aborted) return;
        setRead(found);
        setError("");
      },
      (reason: unknown) => {
        if (leaving.signal.aborted) return;
        setRead(null);
        setError(said(reason));
      },
    );
    return () => leaving.abort();
  }, [flow, from, to, revision, open]);
  useEffect(() => {
    if (open) readForms().then(setForms, () => undefined); // without them fields keep their own names
  }, [open]);
  useEffect(() => {
    const present = read?.from === from && read.to === to;
    if (!open || !read) draw.current(null);
    else if (present) draw.current({ ...read, title: `${endName(from, live)} → ${endName(to, live)}` });
  }, [open, read, from, to, live]);
  useEffect(() => () => draw.current(null), []);

  if (!versions.length) return null;
  const options: End[] = ["draft", ...versions.map((version) => version.version)];
  const choice = (label: string, name: string, value: End, onPick: (end: End) => void) => (
    <label htmlFor={`${id}-${name}`}>
      <span className="form-label">{label}</span>
      <select
        id={`${id}-${name}`}
        className="form-select form-select-sm"
        value={String(value)}
        onChange={(event) => onPick(event.target.value === "draft" ? "draft" : Number(event.target.value))}
      >
        {options.map((end) => (
          <option key={end} value={String(end)}>
            {endName(end, live)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <details className="ve-compare" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("What differs")}</summary>
      <div className="ve-ends">
        {choice(t("Before"), "from", from, (end) => setEnds([end, to]))}
        {choice(t("After"), "to", to, (end) => setEnds([from, end]))}
      </div>
      {error && (
        <div className="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      {read && <Differences diff={read.diff} before={read.before ?? doc} after={read.after ?? doc} forms={forms} />}
    </details>
  );
}

/** The difference, and the documents of versions: those never change, the draft is the editor's own. */
async function readBoth(flow: string, from: End, to: End, signal: AbortSignal): Promise<Read> {
  const document = (end: End) => (end === "draft" ? null : readVersion(flow, end));
  const [diff, before, after] = await Promise.all([readDiff(flow, from, to, signal), document(from), document(to)]);
  return { from, to, diff, before, after };
}

function endName(end: End, live: number | undefined): string {
  if (end === "draft") return t("Draft");
  return end === live ? t("Version {version} (in service)", { version: end }) : t("Version {version}", { version: end });
}

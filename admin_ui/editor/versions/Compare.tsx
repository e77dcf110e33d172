/** What differs between two versions, or a version and the draft: in words here, and drawn on the canvas. */

import { useEffect, useId, useRef, useState } from "react";

import { readForms } from "../api";
import { said } from "../phone/simulated";
import { t } from "../texts";
import type { FlowDiff, Forms } from "../types";
import { Differences } from "./Differences";
import type { WholeDiff } from "./diff_words";
import { readDiff, type End, type Version } from "./reading";

interface Props {
  flow: string;
  versions: Version[];
  revision: number;
  onShowDiff: (diff: FlowDiff | null) => void;
}

export function Compare({ flow, versions, revision, onShowDiff }: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [ends, setEnds] = useState<[End, End] | null>(null);
  const [diff, setDiff] = useState<WholeDiff | null>(null);
  const [forms, setForms] = useState<Forms>({});
  const [error, setError] = useState("");
  const draw = useRef(onShowDiff);
  draw.current = onShowDiff;

  const live = versions.find((version) => version.published)?.version ?? versions[0]?.version;
  const [from, to]: [End, End] = ends ?? [live ?? "draft", "draft"];

  useEffect(() => {
    if (!open) return;
    const leaving = new AbortController();
    readDiff(flow, from, to, leaving.signal).then(
      (found) => {
        setDiff(found);
        setError("");
      },
      (reason: unknown) => {
        if (leaving.signal.aborted) return;
        setDiff(null);
        setError(said(reason));
      },
    );
    return () => leaving.abort();
  }, [flow, from, to, revision, open]);
  useEffect(() => {
    if (open) readForms().then(setForms, () => undefined); // without them fields keep their own names
  }, [open]);
  useEffect(() => {
    draw.current(open && to === "draft" ? diff : null);
  }, [open, diff, to]);
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
      {diff && <Differences diff={diff} forms={forms} />}
      {diff && to !== "draft" && (
        <p className="ve-faint">{t("The canvas shows the draft: only differences to the draft are drawn on it.")}</p>
      )}
    </details>
  );
}

function endName(end: End, live: number | undefined): string {
  if (end === "draft") return t("Draft");
  return end === live ? t("Version {version} (in service)", { version: end }) : t("Version {version}", { version: end });
}

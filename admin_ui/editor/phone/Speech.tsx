/** What the caller says, typed: shown while the flow listens. */

import { useId, useState } from "react";

import { t } from "../texts";
import type { Line } from "../types";

export function Speech({ act, disabled }: { act: (line: Line) => void; disabled: boolean }) {
  const id = useId();
  const [words, setWords] = useState("");
  return (
    <form
      className="ph-speech"
      onSubmit={(event) => {
        event.preventDefault();
        if (!words.trim()) return;
        act({ say: words.trim() });
        setWords("");
      }}
    >
      <label htmlFor={id}>{t("What the caller says")}</label>
      <div className="input-group">
        <input id={id} className="form-control" value={words} onChange={(event) => setWords(event.target.value)} />
        <button type="submit" className="btn btn-primary" disabled={disabled || !words.trim()}>
          {t("Say it")}
        </button>
      </div>
    </form>
  );
}

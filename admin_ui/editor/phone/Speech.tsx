/** What the caller says, typed or spoken: shown while the flow listens. Phrases that are understood are offered. */

import { EarOff } from "lucide-react";
import { useId, useState } from "react";

import { t } from "../texts";
import type { Line, Waiting } from "../types";
import { Spoken } from "./Spoken";

const MOST_OFFERED = 30; // more are a vocabulary, not a choice

interface Props {
  waiting: Waiting;
  act: (line: Line) => void;
  disabled: boolean;
}

export function Speech({ waiting, act, disabled }: Props) {
  const id = useId();
  const [words, setWords] = useState("");
  const phrases = phrasesOf(waiting.command);
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
        <input
          id={id}
          className="form-control"
          list={`${id}-phrases`}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <button type="submit" className="btn btn-primary" disabled={disabled || !words.trim()}>
          {t("Say it")}
        </button>
        <Spoken language={String(waiting.command.language ?? "")} heard={setWords} disabled={disabled} />
      </div>
      <datalist id={`${id}-phrases`}>
        {phrases.map((phrase) => (
          <option key={phrase} value={phrase} />
        ))}
      </datalist>
      <button type="button" className="btn btn-sm btn-link" disabled={disabled} onClick={() => act({ deaf: true })}>
        <EarOff size={14} aria-hidden /> {t("Nobody listens")}
      </button>
    </form>
  );
}

/** The phrases a `listen` command understands, few enough to be offered. */
function phrasesOf(command: Record<string, unknown>): string[] {
  const phrases = Array.isArray(command.phrases) ? command.phrases.map(String) : [];
  return phrases.length <= MOST_OFFERED ? phrases : [];
}

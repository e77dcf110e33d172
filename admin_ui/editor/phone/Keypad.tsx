/** The keys of the telephone. Several keys before a pause are one answer. */

import { Delete } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { t } from "../texts";
import type { Line, Waiting } from "../types";
import { ALL_KEYS, keysOf, NOTHING_TYPED, press, shown, type Typed } from "./keys";

const LETTERS: Record<string, string> = {
  "2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ", "0": "+",
};

export interface Typing {
  typed: string;
  /** Whether keys are waited for. */
  open: boolean;
  press: (key: string) => void;
  /** End the answer now instead of waiting for the pause. */
  finish: () => void;
  clear: () => void;
}

/** Collect keys for what waits; the answer is sent when it is complete or after the pause between two keys. */
export function useTyping(waiting: Waiting | null, act: (line: Line) => void, onKey: () => void): Typing {
  const asked = waiting && ["keys", "speech"].includes(waiting.for) ? keysOf(waiting.command) : null;
  const keys = asked && asked.most > 0 ? asked : null;
  const [typed, setTyped] = useState<Typed>(NOTHING_TYPED);
  const between = keys?.betweenTimeout ?? 0;
  const send = useRef(act);
  send.current = act;
  const finish = (all: Typed) => {
    setTyped(NOTHING_TYPED);
    if (all.pressed) send.current({ press: all.pressed });
  };
  useEffect(() => setTyped(NOTHING_TYPED), [waiting]);
  useEffect(() => {
    if (!typed.pressed) return;
    const timer = setTimeout(() => finish(typed), typed.complete ? 0 : between * 1000);
    return () => clearTimeout(timer);
  }, [typed, between]);
  return {
    typed: shown(keys, typed.pressed),
    open: keys !== null,
    press: (key) => {
      if (!keys) return;
      onKey();
      setTyped((before) => press(keys, before, key));
    },
    finish: () => finish(typed),
    clear: () => setTyped(NOTHING_TYPED),
  };
}

export function Keypad({ typing, waiting }: { typing: Typing; waiting: Waiting }) {
  const keys = keysOf(waiting.command);
  return (
    <div className="ph-keypad" role="group" aria-label={t("Keypad")}>
      <div className="ph-typed">
        <output aria-label={t("Keys pressed")}>{typing.typed}</output>
        {typing.typed && (
          <>
            <button type="button" className="btn btn-sm btn-link" onClick={typing.clear} aria-label={t("Clear")}>
              <Delete size={16} aria-hidden />
            </button>
            <button type="button" className="btn btn-sm btn-outline-primary" onClick={typing.finish}>
              {t("That is all")}
            </button>
          </>
        )}
        {!typing.typed && <span className="ph-hint">{asked(keys.most, keys.terminators)}</span>}
      </div>
      <div className="ph-keys">
        {ALL_KEYS.map((key) => (
          <button key={key} type="button" className="ph-key" onClick={() => typing.press(key)}>
            <span>{key}</span>
            <small aria-hidden>{LETTERS[key] ?? ""}</small>
          </button>
        ))}
      </div>
    </div>
  );
}

function asked(most: number, terminators: string): string {
  if (most === 1) return t("One key is waited for");
  if (!terminators) return t("Up to {most} keys are waited for", { most });
  return t("Up to {most} keys are waited for; {keys} ends them", { most, keys: terminators });
}

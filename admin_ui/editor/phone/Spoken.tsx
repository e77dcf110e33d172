/** What the caller says, spoken into the browser's microphone: the words that are understood come into the field. */

import { Mic, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { ApiError, understand } from "../api";
import { t } from "../texts";
import { canRecord, record, type Recording } from "./microphone";

interface Props {
  language: string;
  heard: (words: string) => void;
  disabled: boolean;
}

type State = "idle" | "recording" | "asking";

export function Spoken({ language, heard, disabled }: Props) {
  const [state, setState] = useState<State>("idle");
  const [wrong, setWrong] = useState("");
  const recording = useRef<Recording | null>(null);
  useEffect(() => () => void recording.current?.stop(), []); // the phone was put away: the microphone goes off
  if (!canRecord()) return null;

  const begin = async () => {
    setWrong("");
    try {
      recording.current = await record();
      setState("recording");
    } catch {
      setWrong(t("The browser gives no microphone: type the words."));
    }
  };

  const end = async () => {
    const one = recording.current;
    recording.current = null;
    if (!one) return;
    setState("asking");
    try {
      const words = await understand(await one.stop(), language);
      if (words) heard(words);
      else setWrong(t("No words were understood: try again, or type them."));
    } catch (reason) {
      setWrong(reason instanceof ApiError ? reason.message : t("The sound could not be read: type the words."));
    }
    setState("idle");
  };

  const speaking = state === "recording";
  const name = speaking ? t("Stop: I have said it") : t("Speak into the microphone");
  return (
    <>
      <button
        type="button"
        className={`btn ${speaking ? "btn-danger" : "btn-light"}`}
        aria-label={name}
        aria-pressed={speaking}
        title={name}
        disabled={disabled || state === "asking"}
        onClick={() => void (speaking ? end() : begin())}
      >
        {speaking ? <Square size={16} aria-hidden /> : <Mic size={16} aria-hidden />}
      </button>
      {wrong && (
        <p className="ph-unheard" role="alert">
          {wrong}
        </p>
      )}
    </>
  );
}

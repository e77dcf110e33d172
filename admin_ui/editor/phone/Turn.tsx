/** Whose turn it is in a simulated call, and what can be done: keys, phones, a web service, words, hanging up. */

import { Hourglass, PhoneOff, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";

import { t } from "../texts";
import type { Line, Waiting } from "../types";
import { Keypad, type Typing } from "./Keypad";
import { keysOf } from "./keys";
import { Ringing } from "./Ringing";
import type { CallState } from "./simulated";
import { Speech } from "./Speech";
import { httpLine, recalled, remember, type WebAnswer } from "./web_answers";
import { WebAnswerForm } from "./WebAnswerForm";
import "./turn.css";

interface Props {
  flow: string;
  state: CallState;
  typing: Typing;
  act: (line: Line) => void;
  onRestart: () => void;
}

export function Turn({ flow, state, typing, act, onRestart }: Props) {
  const { seen, asking, script } = state;
  const waiting = seen?.waiting ?? null;
  const [answers, setAnswers] = useState(() => recalled(flow));
  useStandingAnswer(state, answers, act);
  return (
    <footer className="ph-actions">
      {waiting?.for === "phone" && <Ringing key={script.length} waiting={waiting} act={act} disabled={asking} />}
      {waiting?.for === "http" && (
        <WebAnswerForm
          waiting={waiting}
          last={answers[waiting.node]}
          disabled={asking}
          onAnswer={(line, answer) => {
            setAnswers(remember(flow, waiting.node, answer));
            act(line);
          }}
        />
      )}
      {waiting?.for === "speech" && <Speech waiting={waiting} act={act} disabled={asking} />}
      {waiting && typing.open && <Keypad typing={typing} waiting={waiting} />}
      {seen?.ended && !seen.problem && (
        <p className="ph-hint">{t("The call is over ({cause}).", { cause: seen.cause || t("no cause") })}</p>
      )}
      <div className="ph-buttons">
        {seen?.ended && (
          <button type="button" className="btn btn-sm btn-success" onClick={onRestart}>
            <RotateCcw size={14} aria-hidden /> {t("Call again")}
          </button>
        )}
        {waiting && ["keys", "speech"].includes(waiting.for) && (
          <button
            type="button"
            className="btn btn-sm btn-outline-secondary"
            title={patience(waiting)}
            onClick={() => act({ wait: true })}
          >
            <Hourglass size={14} aria-hidden /> {t("Wait in silence")}
          </button>
        )}
        {waiting && (
          <button type="button" className="btn btn-sm btn-danger ph-end" onClick={() => act({ hang_up: hereOf(state, flow) })}>
            <PhoneOff size={14} aria-hidden /> {t("Hang up")}
          </button>
        )}
      </div>
    </footer>
  );
}

/** Name the node the caller leaves in, so that the line does not end the call earlier. */
function hereOf({ seen }: CallState, flow: string): string | true {
  const here = seen?.steps.at(-1);
  if (!here) return true;
  return here.flow && here.flow !== flow ? `${here.flow}/${here.node}` : here.node;
}

function patience(waiting: Waiting): string {
  if (waiting.for === "speech") return t("The caller has {seconds} s to begin.", { seconds: keysOf(waiting.command).firstTimeout });
  return t("The caller has {seconds} s for the first key.", { seconds: keysOf(waiting.command).firstTimeout });
}

/** Give the answer that was wished for from now on, once for each time it is asked for. */
function useStandingAnswer(state: CallState, answers: Record<string, WebAnswer>, act: (line: Line) => void): void {
  const { seen, asking, script, given, fresh } = state;
  const waiting = seen?.waiting;
  useEffect(() => {
    const answer = waiting?.for === "http" ? answers[waiting.node] : undefined;
    if (answer?.always && !asking && fresh) act(httpLine(answer));
  }, [waiting, asking, given, script]);
}

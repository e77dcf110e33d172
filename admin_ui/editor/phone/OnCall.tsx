/** A simulated call: what is heard, what can be done now, and the way it went. */

import { FlaskConical } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

import { t } from "../texts";
import type { FlowDoc, FlowTest, Line } from "../types";
import { CallBar } from "./CallBar";
import { Details } from "./Details";
import { useTyping } from "./Keypad";
import { telephoneKey } from "./keys";
import { Notices } from "./Notices";
import { SaveTest } from "./SaveTest";
import { useLoudspeaker, usePlayback } from "./shared";
import type { CallState, SimulatedCall } from "./simulated";
import { Transcript } from "./Transcript";
import { Turn } from "./Turn";

interface Props {
  flow: string;
  doc: FlowDoc;
  call: SimulatedCall;
  state: CallState;
  select: (node: string) => void;
  onSaveTest: (test: FlowTest) => void;
}

export function OnCall({ flow, doc, call, state, select, onSaveTest }: Props) {
  const { given, seen, script } = state;
  const [speaker, playing] = useLoudspeaker();
  const [tab, setTab] = useState<"call" | "details">("call");
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState("");
  const panel = useRef<HTMLElement>(null);
  usePlayback(call, state, speaker);

  const act = (line: Line) => {
    if (!("http" in line)) speaker.stop(); // a web service does not interrupt what the caller hears
    setSaved("");
    acted.current = true;
    void call.act(line);
  };
  const restart = () => {
    speaker.stop();
    acted.current = true;
    void call.restart();
  };
  const typing = useTyping(seen?.waiting ?? null, act, () => speaker.stop());

  const acted = useRef(true);
  useEffect(() => {
    // What was pressed may be gone: the keys of the keyboard go on meaning the telephone's.
    const lost = !document.activeElement || document.activeElement === document.body;
    if (acted.current && lost) panel.current?.focus({ preventScroll: true });
    acted.current = false;
  }, [seen]);

  const onKeyDown = (event: KeyboardEvent) => {
    const inField = (event.target as HTMLElement).closest("input, textarea, select");
    if (inField || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = telephoneKey(event.key);
    if (key && typing.open) typing.press(key);
    else if (event.key === "Enter" && typing.typed && event.target === panel.current) typing.finish();
    else if (event.key === "Backspace" && typing.typed) typing.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (!given) return null;
  return (
    <section className="ph-part" ref={panel} tabIndex={-1} onKeyDown={onKeyDown} aria-label={t("Simulated call")}>
      <CallBar
        given={given}
        state={state}
        muted={playing.muted}
        onMute={(muted) => speaker.mute(muted)}
        onUndo={() => {
          speaker.stop();
          void call.undo();
        }}
        onRestart={restart}
        onLeave={() => call.leave()}
      />
      <div className="ph-views" role="group" aria-label={t("View")}>
        <button type="button" aria-pressed={tab === "call"} onClick={() => setTab("call")}>
          {t("Conversation")}
        </button>
        <button type="button" aria-pressed={tab === "details"} onClick={() => setTab("details")}>
          {t("Details")}
        </button>
        {seen && !seen.problem && (
          <button type="button" className="ph-keep" aria-expanded={saving} onClick={() => setSaving(!saving)}>
            <FlaskConical size={14} aria-hidden /> {t("Save as test")}
          </button>
        )}
      </div>
      <Notices state={state} select={select} onForgive={() => call.forgive()} saved={saved} />
      {tab === "details" && seen ? (
        <Details seen={seen} script={script} flow={flow} select={select} />
      ) : (
        <Transcript events={seen?.events ?? []} flow={flow} speaker={speaker} playing={playing} select={select} />
      )}
      {saving && seen ? (
        <SaveTest
          taken={(doc.tests ?? []).map((test) => test.name)}
          given={given}
          script={script}
          seen={seen}
          flow={flow}
          onClose={() => setSaving(false)}
          onSave={(test) => {
            onSaveTest(test);
            setSaved(test.name);
          }}
        />
      ) : (
        <Turn flow={flow} state={state} typing={typing} act={act} onRestart={restart} />
      )}
    </section>
  );
}

/** The simulator: settings, then a call that is walked step by step by the engine that runs calls. */

import { useEffect, useRef, useState } from "react";

import { t } from "../texts";
import type { FlowDoc, FlowTest, Step } from "../types";
import { DEFAULTS, givenOf, lastSettings, type Settings } from "./given";
import { localNow } from "./moments";
import { OnCall } from "./OnCall";
import { SettingsForm } from "./SettingsForm";
import { useLitPath, useSurroundings } from "./shared";
import type { CallState, SimulatedCall } from "./simulated";

interface Props {
  flow: string;
  doc: FlowDoc;
  call: SimulatedCall;
  state: CallState;
  select: (node: string) => void;
  onPath: (steps: Step[]) => void;
  onSaveTest: (test: FlowTest) => void;
}

export function Simulator({ flow, doc, call, state, select, onPath, onSaveTest }: Props) {
  const known = useSurroundings(flow);
  const last = useRef(lastSettings(flow));
  const [settings, setSettings] = useState<Settings>(last.current ?? DEFAULTS);
  useLitPath(state.seen?.steps, onPath);

  useEffect(() => {
    // A number that leads here is the likely one; what was typed before stays.
    const number = known.numbers[0];
    if (number) setSettings((before) => (before.called ? before : { ...before, called: number }));
  }, [known.numbers]);

  if (state.given) {
    return (
      <OnCall flow={flow} doc={doc} call={call} state={state} select={select} onSaveTest={onSaveTest} />
    );
  }
  return (
    <section className="ph-part" aria-label={t("Settings of the call")}>
      <SettingsForm
        flow={flow}
        doc={doc}
        known={known}
        settings={settings}
        onChange={setSettings}
        onStart={() => void call.start(givenOf(settings, localNow(new Date(), known.timeZone)))}
      />
    </section>
  );
}

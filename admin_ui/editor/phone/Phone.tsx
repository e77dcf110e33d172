/** The phone beside the canvas: simulated calls, a recorded call on this draft, and real trial calls. */

import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";

import Replay from "../replay/Replay";
import { t } from "../texts";
import type { PhoneProps } from "../types";
import { RealCall } from "./RealCall";
import { Simulator } from "./Simulator";
import { useSimulatedCall, useTrialCall } from "./shared";
import "./buttons.css";
import "./phone.css";

type Tab = "simulator" | "replay" | "real";

export default function Phone({ flow, doc, select, onPath, onSaveTest, replayCall }: PhoneProps) {
  const id = useId();
  const [tab, setTab] = useState<Tab>(replayCall ? "replay" : "simulator");
  const [call, state] = useSimulatedCall(flow, doc); // it goes on while another tab is looked at
  useEffect(() => {
    if (replayCall) setTab("replay");
  }, [replayCall]);
  const [trial, followed] = useTrialCall();
  const tabs: [Tab, string][] = [
    ["simulator", t("Simulator")],
    ["replay", t("Recorded call")],
    ["real", t("Real call")],
  ];
  return (
    <div className="ph">
      <Tabs id={id} tabs={tabs} tab={tab} onTab={setTab} />
      <div className="ph-body" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
        {tab === "simulator" && (
          <Simulator
            flow={flow}
            doc={doc}
            call={call}
            state={state}
            select={select}
            onPath={onPath}
            onSaveTest={onSaveTest}
          />
        )}
        {tab === "replay" && (
          <Replay
            flow={flow}
            doc={doc}
            call={replayCall}
            select={select}
            onPath={onPath}
            onContinue={(run) => {
              void call.start(run.given, run.script);
              setTab("simulator");
            }}
          />
        )}
        {tab === "real" && <RealCall flow={flow} trial={trial} followed={followed} select={select} onPath={onPath} />}
      </div>
    </div>
  );
}

interface TabsProps {
  id: string;
  tabs: [Tab, string][];
  tab: Tab;
  onTab: (tab: Tab) => void;
}

function Tabs({ id, tabs, tab, onTab }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const place = (tabs.findIndex(([name]) => name === tab) + step + tabs.length) % tabs.length;
    onTab(tabs[place]![0]);
    (list.current?.children[place] as HTMLElement | undefined)?.focus();
    event.preventDefault();
  };
  return (
    <div className="ph-tabs" role="tablist" aria-label={t("Phone")} ref={list} onKeyDown={onKeyDown}>
      {tabs.map(([name, title]) => (
        <button
          key={name}
          id={`${id}-${name}`}
          type="button"
          role="tab"
          aria-selected={name === tab}
          aria-controls={`${id}-panel`}
          tabIndex={name === tab ? 0 : -1}
          onClick={() => onTab(name)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

/** The head of the phone: who calls whom and when, and what holds for the whole call. */

import { ArrowLeft, RotateCcw, Undo2, Volume2, VolumeX } from "lucide-react";

import { phone } from "../phone_numbers";
import { t } from "../texts";
import type { Given } from "../types";
import { callerName } from "./callers";
import { moment } from "./moments";
import type { CallState } from "./simulated";

interface Props {
  given: Given;
  state: CallState;
  muted: boolean;
  onMute: (muted: boolean) => void;
  onUndo: () => void;
  onRestart: () => void;
  onLeave: () => void;
}

export function CallBar({ given, state, muted, onMute, onUndo, onRestart, onLeave }: Props) {
  return (
    <header className="ph-bar">
      <div className="ph-who">
        <strong>
          <span className="ph-party">{callerName(given.caller)}</span>
          {given.called ? <> → <span className="ph-party">{phone(given.called)}</span></> : null}
        </strong>
        <small>{given.at ? moment(given.at) : ""}</small>
      </div>
      <div className="ph-tools" role="group" aria-label={t("This call")}>
        <button type="button" onClick={onLeave} title={t("Back to the settings")} aria-label={t("Back to the settings")}>
          <ArrowLeft size={18} aria-hidden />
        </button>
        <button
          type="button"
          onClick={onUndo}
          aria-disabled={!state.script.length}
          title={t("Take the last step back")}
          aria-label={t("Take the last step back")}
        >
          <Undo2 size={18} aria-hidden />
        </button>
        <button
          type="button"
          onClick={onRestart}
          title={t("Call again with the same settings")}
          aria-label={t("Call again with the same settings")}
        >
          <RotateCcw size={18} aria-hidden />
        </button>
        <button
          type="button"
          aria-pressed={muted}
          onClick={() => onMute(!muted)}
          title={muted ? t("Sound on") : t("Sound off")}
          aria-label={t("Sound off")}
        >
          {muted ? <VolumeX size={18} aria-hidden /> : <Volume2 size={18} aria-hidden />}
        </button>
      </div>
    </header>
  );
}

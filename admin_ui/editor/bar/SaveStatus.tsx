import { useEffect, useState } from "react";

import { useSitting } from "../session";
import type { SaveState } from "../saving";
import { useEditor } from "../store";
import { ago, exactly, t } from "../texts";

const TICK = 5000;

/** "Draft, saved 12 s ago": whether the work is safe. */
export function SaveStatus() {
  const save = useSitting((state) => state.save);
  const readonly = useEditor((state) => state.readonly);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((turn) => turn + 1), TICK);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={`ed-save is-${save.phase}`} title={save.savedAt ? exactly(save.savedAt) : ""} data-phase={save.phase}>
      {readonly ? t("Read only") : words(save)}
    </span>
  );
}

export function words(save: SaveState, now: Date = new Date()): string {
  switch (save.phase) {
    case "saved":
      if (!save.savedAt) return t("Draft");
      return save.savedBy ? t("Draft, saved {when} by {who}", { when: ago(save.savedAt, now), who: save.savedBy }) : t("Draft, saved {when}", { when: ago(save.savedAt, now) });
    case "unsaved": return t("Draft, not saved yet");
    case "saving": return t("Saving…");
    case "retrying": return save.reason ? t("Not saved: {reason} Trying again.", { reason: sentence(save.reason) }) : t("Not saved: no connection. Trying again; a copy is kept here.");
    case "refused": return t("Not saved: {reason}", { reason: save.reason });
    case "conflict": return t("Not saved: somebody else saved meanwhile");
  }
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

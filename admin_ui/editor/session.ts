/** One sitting at one flow: opens it, saves and checks it as it changes. */

import { create } from "zustand";

import { flowPath, get, readForms } from "./api";
import { checker } from "./checking";
import { type Copy, dropCopy, keptCopy } from "./copies";
import { type SaveState, type Saver, saver } from "./saving";
import { edit, open, setProblems, useEditor } from "./store";
import type { FlowAnswer } from "./types";

export interface Sitting {
  save: SaveState;
  published: number | null;
  /** Edits of an earlier sitting that never reached the server. */
  offered: Copy | null;
}

export const useSitting = create<Sitting>(() => ({
  save: { phase: "saved", revision: 0, savedAt: null, savedBy: null, reason: "", theirs: null },
  published: null,
  offered: null,
}));

let watching: Saver | null = null;

/** Load a flow and watch over it. Returns what stops it. Raises ApiError. */
export async function sit(flow: string, readonly: boolean): Promise<() => void> {
  const [forms, answer] = await Promise.all([readForms(), get<FlowAnswer>(flowPath(flow))]);
  open(flow, answer.draft, forms, readonly);
  const doc = useEditor.getState().doc;
  const present = (checked: unknown) => checked === useEditor.getState().doc;
  const checks = checker(flow, (of, problems) => present(of) && setProblems(problems));
  if (answer.problems) setProblems(answer.problems);
  else checks.changed(doc);
  useSitting.setState({ published: answer.published, offered: readonly ? null : keptCopy(flow, answer.draft) });
  const saves = saver({
    flow, doc, revision: answer.revision,
    savedAt: answer.saved_at ? new Date(answer.saved_at) : null,
    savedBy: answer.saved_by,
    tell: (save) => useSitting.setState({ save }),
    checked: (of, problems) => present(of) && setProblems(problems),
  });
  watching = saves;
  useSitting.setState({ save: saves.state() });
  const forget = useEditor.subscribe((state, before) => {
    if (state.doc === before.doc) return;
    checks.changed(state.doc);
    if (!readonly) saves.changed(state.doc);
  });
  const warn = (event: BeforeUnloadEvent) => {
    if (saves.state().phase !== "saved") event.preventDefault();
  };
  window.addEventListener("beforeunload", warn);
  return () => {
    window.removeEventListener("beforeunload", warn);
    forget();
    checks.stop();
    saves.stop();
    watching = null;
  };
}

export const flush = async (): Promise<SaveState> => watching?.flush() ?? useSitting.getState().save;

/** Save the own document over theirs. */
export const keepMine = (): void => watching?.keepMine();

/** Go on with what the other one saved; the own edits can be had back with undo. */
export function takeTheirs(): void {
  const theirs = watching?.takeTheirs();
  if (theirs) edit(theirs);
}

export function restoreCopy(): void {
  const { offered } = useSitting.getState();
  useSitting.setState({ offered: null });
  if (offered) edit(offered.doc);
}

export function discardCopy(): void {
  dropCopy(useEditor.getState().flow);
  useSitting.setState({ offered: null });
}

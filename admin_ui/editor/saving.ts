/** Autosave: drafts are saved a moment after the last edit, kept in the browser until they are, and never overwrite. */

import { ApiError, ask, flowPath, get } from "./api";
import { keepCopy, dropCopy } from "./copies";
import type { CurrentDraft, DraftSaved, FlowDoc, Problem } from "./types";

export type Phase = "saved" | "unsaved" | "saving" | "retrying" | "refused" | "conflict";

export interface SaveState {
  phase: Phase;
  revision: number;
  savedAt: Date | null;
  savedBy: string | null;
  /** Why it is not saved, in the user's language. */
  reason: string;
  /** With "conflict": what somebody else saved. */
  theirs: CurrentDraft | null;
}

export const QUIET = 1500; // milliseconds without an edit before a draft is saved
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 30000;

export interface Saver {
  state: () => SaveState;
  /** Say that the document is now this one. */
  changed: (doc: FlowDoc) => void;
  /** Save at once, such as before publishing; resolves when there is nothing left to save, or it cannot be. */
  flush: () => Promise<SaveState>;
  /** Settle a conflict: save the own document over the other one. */
  keepMine: () => void;
  /** Settle a conflict: the document is now theirs. */
  takeTheirs: () => FlowDoc | null;
  stop: () => void;
}

interface Wired {
  flow: string;
  doc: FlowDoc;
  revision: number;
  savedAt: Date | null;
  savedBy: string | null;
  tell: (state: SaveState) => void;
  checked: (doc: FlowDoc, problems: Problem[]) => void;
  put?: (doc: FlowDoc, revision: number) => Promise<DraftSaved>;
}

/** Watch over one flow's draft. */
export function saver(wired: Wired): Saver {
  const { flow } = wired;
  const put = wired.put ?? ((doc, revision) =>
    ask<DraftSaved>("PUT", flowPath(flow, "draft"), { body: doc, ifMatch: `"r${revision}"` }));
  let state: SaveState = { phase: "saved", revision: wired.revision, savedAt: wired.savedAt, savedBy: wired.savedBy, reason: "", theirs: null };
  let present = wired.doc;
  let saved = wired.doc;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | null = null;
  let wait = FIRST_RETRY;

  const become = (change: Partial<SaveState>) => {
    state = { ...state, ...change };
    wired.tell(state);
  };
  const later = (delay: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void save(), delay);
  };

  function save(): Promise<void> {
    clearTimeout(timer);
    if (present === saved || state.phase === "conflict") return Promise.resolve();
    running ??= once().finally(() => (running = null));
    return running;
  }

  async function once(): Promise<void> {
    const sent = present;
    become({ phase: "saving", reason: state.reason });
    try {
      const answer = await put(sent, state.revision);
      saved = sent;
      wait = FIRST_RETRY;
      const done = present === saved;
      if (done) dropCopy(flow);
      else later(QUIET);
      become({ phase: done ? "saved" : "unsaved", revision: answer.revision, savedAt: new Date(answer.saved_at), savedBy: null, reason: "" });
      wired.checked(sent, answer.problems ?? []);
    } catch (error) {
      await failed(error);
    }
  }

  async function conflict(error: ApiError): Promise<void> {
    const told = error.body.current as CurrentDraft | undefined;
    const current = told ?? (await get<CurrentDraft>(flowPath(flow)).catch(() => null));
    become({ phase: "conflict", reason: error.message, theirs: current });
  }

  async function failed(error: unknown): Promise<void> {
    if (!(error instanceof ApiError)) return become({ phase: "refused", reason: String(error) });
    if (error.status === 412) return conflict(error);
    if (error.passing || error.status === 401) {
      become({ phase: "retrying", reason: error.status ? error.message : "" });
      later(wait);
      wait = Math.min(wait * 2, LONGEST_RETRY);
    } else {
      const details = error.errors.map((one) => one.reason).filter(Boolean);
      become({ phase: "refused", reason: details.length ? details.join(" ") : error.message });
    }
  }

  const online = () => void save();
  globalThis.addEventListener?.("online", online);

  return {
    state: () => state,
    changed(doc) {
      if (doc === present) return;
      present = doc;
      if (present === saved && state.phase !== "conflict") {
        clearTimeout(timer);
        dropCopy(flow);
        return running ? undefined : become({ phase: "saved", reason: "" });
      }
      keepCopy(flow, { doc, revision: state.revision, at: new Date().toISOString() });
      if (state.phase === "conflict" || running) return;
      if (state.phase !== "retrying") become({ phase: "unsaved" });
      later(state.phase === "retrying" ? wait : QUIET);
    },
    async flush() {
      while (running || (present !== saved && (state.phase === "unsaved" || state.phase === "saving"))) await save();
      if (state.phase === "retrying" || state.phase === "refused") await save();
      return state;
    },
    keepMine() {
      const { theirs } = state;
      become({ phase: "unsaved", revision: theirs?.revision ?? state.revision, theirs: null, reason: "" });
      void save();
    },
    takeTheirs() {
      const { theirs } = state;
      if (!theirs) return null;
      present = saved = theirs.draft;
      dropCopy(flow);
      become({ phase: "saved", revision: theirs.revision, savedBy: theirs.saved_by, savedAt: theirs.saved_at ? new Date(theirs.saved_at) : new Date(), theirs: null, reason: "" });
      return theirs.draft;
    },
    stop() {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", online);
    },
  };
}

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "./api";
import { words } from "./bar/SaveStatus";
import { keptCopy } from "./copies";
import { QUIET, type SaveState, type Saver, saver } from "./saving";
import type { DraftSaved, FlowDoc } from "./types";

const DOC: FlowDoc = { name: "reception", start: "a", nodes: { a: { kind: "answer" } } };
const noted = (note: string): FlowDoc => ({ ...DOC, note });
const SAVED_AT = "2026-11-23T09:00:00Z";

let put: ReturnType<typeof vi.fn<(doc: FlowDoc, revision: number) => Promise<DraftSaved>>>;
let state: SaveState;
let saves: Saver;
const later = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const answers = (revision: number): DraftSaved => ({ revision, saved_at: SAVED_AT, problems: [] });

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  put = vi.fn((_doc, revision) => Promise.resolve(answers(revision + 1)));
  saves = saver({ flow: "reception", doc: DOC, revision: 3, savedAt: null, savedBy: null, tell: (told) => (state = told), checked: () => undefined, put });
  state = saves.state();
});

afterEach(() => {
  saves.stop();
  vi.useRealTimers();
});

describe("a draft", () => {
  it("is saved once, a moment after the last edit, on the revision it was made on", async () => {
    saves.changed(noted("h"));
    await later(QUIET - 1);
    saves.changed(noted("he"));
    await later(QUIET - 1);
    expect(put).not.toHaveBeenCalled();
    expect(state.phase).toBe("unsaved");
    expect(keptCopy("reception", DOC)?.doc.note).toBe("he");
    await later(1);
    expect(put.mock.calls).toEqual([[noted("he"), 3]]);
    expect(state).toMatchObject({ phase: "saved", revision: 4 });
    expect(keptCopy("reception", DOC)).toBeNull();
    expect(words(state, new Date("2026-11-23T09:00:12Z"))).toBe("Draft, saved 12 sec. ago");
  });

  it("edited while it is being saved is saved again, after", async () => {
    let finish = (_: DraftSaved) => undefined as void;
    put.mockImplementationOnce(() => new Promise((resolve) => (finish = resolve)));
    saves.changed(noted("one"));
    await later(QUIET);
    saves.changed(noted("two"));
    await later(QUIET * 2);
    expect(put).toHaveBeenCalledTimes(1);
    finish(answers(4));
    await later(QUIET);
    expect(put.mock.calls[1]).toEqual([noted("two"), 4]);
    expect(state.phase).toBe("saved");
  });

  it("that cannot be saved is tried again, ever more slowly, and kept in the browser", async () => {
    put.mockRejectedValue(new ApiError(500, { title: "Internal error" }));
    saves.changed(noted("x"));
    await later(QUIET);
    expect(state).toMatchObject({ phase: "retrying", reason: "Internal error" });
    await later(2000);
    await later(4000);
    expect(put).toHaveBeenCalledTimes(3);
    expect(keptCopy("reception", DOC)?.doc.note).toBe("x");
    put.mockImplementation((_doc, revision) => Promise.resolve(answers(revision + 1)));
    globalThis.dispatchEvent(new Event("online"));
    await later(0);
    expect(state.phase).toBe("saved");
    expect(keptCopy("reception", DOC)).toBeNull();
  });

  it("that is refused says why and waits for the next edit", async () => {
    put.mockRejectedValueOnce(new ApiError(422, { title: "Wrong", errors: [{ field: "start", code: "missing", reason: "start is missing." }] }));
    saves.changed(noted("x"));
    await later(60000);
    expect(put).toHaveBeenCalledTimes(1);
    expect(state).toMatchObject({ phase: "refused", reason: "start is missing." });
    saves.changed(noted("y"));
    await later(QUIET);
    expect(state.phase).toBe("saved");
  });

  it("that is as it was saved needs no saving", async () => {
    saves.changed(noted("x"));
    saves.changed(DOC);
    await later(QUIET * 2);
    expect(put).not.toHaveBeenCalled();
    expect(state.phase).toBe("saved");
  });

  it("is saved at once before it is published", async () => {
    saves.changed(noted("x"));
    expect((await saves.flush()).revision).toBe(4);
    expect(put).toHaveBeenCalledTimes(1);
  });
});

describe("two editors", () => {
  const theirs = { revision: 9, draft: noted("theirs"), saved_by: "Paul", saved_at: SAVED_AT };

  beforeEach(async () => {
    put.mockRejectedValueOnce(new ApiError(412, { title: "Stale", current: theirs }));
    saves.changed(noted("mine"));
    await later(QUIET);
  });

  it("do not overwrite each other, whatever is typed meanwhile", async () => {
    expect(state).toMatchObject({ phase: "conflict", theirs });
    saves.changed(noted("mine, more"));
    await later(60000);
    expect(put).toHaveBeenCalledTimes(1);
    expect(keptCopy("reception", DOC)?.doc.note).toBe("mine, more");
  });

  it("may keep their own, on the other's revision", async () => {
    saves.keepMine();
    await later(0);
    expect(put.mock.calls[1]).toEqual([noted("mine"), 9]);
    expect(state).toMatchObject({ phase: "saved", revision: 10 });
  });

  it("may take the other's", async () => {
    expect(saves.takeTheirs()).toBe(theirs.draft);
    expect(state).toMatchObject({ phase: "saved", revision: 9, savedBy: "Paul" });
    saves.changed(theirs.draft);
    await later(QUIET * 2);
    expect(put).toHaveBeenCalledTimes(1);
  });
});

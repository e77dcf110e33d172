import { afterEach, describe, expect, it, vi } from "vitest";

import { follow, isOver, stepsOf, withEntry, type Entry } from "./live";
import { entryWords } from "./live_words";

const entry = (sequence: number, kind: string, data: Record<string, unknown> = {}): Entry => ({
  call: "c", sequence, kind, data,
});
const command = (sequence: number, node: string, flow = "reception") =>
  entry(sequence, "command", { flow, node, version: 3, type: "play" });

it("orders entries and takes each once", () => {
  const entries = [command(2, "b"), command(1, "a"), command(2, "b")].reduce(withEntry, []);
  expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2]);
});

it("walks the nodes of the commands, a stay in a node once", () => {
  const entries = [command(1, "a"), command(2, "a"), entry(3, "result"), command(4, "b"), command(5, "b", "orders"), command(6, "a")];
  expect(stepsOf(entries).map(({ flow, node }) => `${flow}/${node}`)).toEqual([
    "reception/a", "reception/b", "orders/b", "reception/a",
  ]);
});

it("is over when the call ended or was never placed", () => {
  expect(isOver([command(1, "a")])).toBe(false);
  expect(isOver([entry(1, "ended")])).toBe(true);
  expect(isOver([entry(0, "not_placed")])).toBe(true);
});

it("says entries in words", () => {
  const play = { type: "play", sounds: [{ type: "phrase", text: "Hello" }, { type: "prompt", name: "welcome" }] };
  expect(entryWords(entry(1, "command", play))).toBe("The caller hears: Hello welcome");
  expect(entryWords(entry(2, "result", { type: "digits", digits: "1" }))).toBe("The caller pressed 1.");
  expect(entryWords(entry(3, "result", { type: "dialled", outcome: "busy" }))).toBe("Everybody was busy.");
  expect(entryWords(entry(4, "later"))).toBe("later");
});

class Feed extends EventTarget {
  static CLOSED = 2;
  static opened: Feed[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    Feed.opened.push(this);
  }
  close() {
    this.readyState = Feed.CLOSED;
  }
  say(entry: unknown, kind = "message") {
    this.dispatchEvent(new MessageEvent(kind, { data: typeof entry === "string" ? entry : JSON.stringify(entry) }));
  }
}

describe("following a call", () => {
  function following() {
    Feed.opened = [];
    vi.stubGlobal("EventSource", Feed);
    const entries: Entry[] = [];
    const trouble = vi.fn();
    const stop = follow("c", (one) => entries.push(one), trouble);
    return { entries, trouble, stop, feed: Feed.opened[0]! };
  }
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("hears entries of that call until it is over, named or not", () => {
    const { entries, feed } = following();
    feed.say(command(1, "a"));
    feed.say({ ...command(2, "b"), call: "other" });
    feed.say("no JSON");
    feed.say(entry(3, "ended"), "ended");
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 3]);
    expect(feed.readyState).toBe(Feed.CLOSED);
  });

  it("leaves it to the browser to connect again", () => {
    const { trouble, feed } = following();
    feed.readyState = 0;
    feed.onerror?.();
    expect(trouble).toHaveBeenLastCalledWith(true);
    feed.onopen?.();
    expect(trouble).toHaveBeenLastCalledWith(false);
    expect(Feed.opened).toHaveLength(1);
  });

  it("reads the journal and asks again when the feed is refused", async () => {
    vi.useFakeTimers();
    const { entries, feed } = following();
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ items: [command(1, "a")] })));
    feed.readyState = Feed.CLOSED;
    feed.onerror?.();
    await vi.advanceTimersByTimeAsync(2000);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1]);
    expect(Feed.opened).toHaveLength(2);
  });

  it("is silent after it was stopped", async () => {
    vi.useFakeTimers();
    const { entries, stop, feed } = following();
    stop();
    feed.say(command(1, "a"));
    feed.onerror?.();
    await vi.advanceTimersByTimeAsync(5000);
    expect(entries).toEqual([]);
    expect(Feed.opened).toHaveLength(1);
  });
});

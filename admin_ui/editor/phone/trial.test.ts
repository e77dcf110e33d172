import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { TrialCall, type Trial } from "./trial";

const TRIAL: Trial = { from: "+331", to: "1000", press: ["1"], hang_up_after: 8 };

class Feed {
  static CLOSED = 2;
  static opened: Feed[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  constructor(readonly url: string) {
    Feed.opened.push(this);
  }
  close() {
    this.readyState = Feed.CLOSED;
  }
  say(sequence: number, event = "command", call = "c1") {
    this.onmessage?.({ data: JSON.stringify({ event, call, sequence, data: {} }) });
  }
}

let answers: Record<string, () => Response>;
let placed: unknown[];
beforeEach(() => {
  Feed.opened = [];
  placed = [];
  answers = { "/api/v1/test-calls": () => new Response(JSON.stringify({ call: "c1" }), { status: 201 }) };
  vi.stubGlobal("EventSource", Feed);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (init.body) placed.push(JSON.parse(String(init.body)));
    return answers[url]?.() ?? new Response("{}", { status: 404 });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const sequences = (call: TrialCall) => call.snapshot().entries.map(({ sequence }) => sequence);

async function onCall() {
  const call = new TrialCall();
  const placing = call.place(TRIAL);
  const feed = Feed.opened[0]!;
  feed.onopen?.();
  await placing;
  return { call, feed };
}

it("opens the feed before the call, so that nothing of it is missed", async () => {
  const call = new TrialCall();
  const placing = call.place(TRIAL);
  const feed = Feed.opened[0]!;
  expect(feed.url).toBe("/api/v1/events");
  expect(placed).toEqual([]);
  feed.onopen?.();
  await Promise.resolve();
  feed.say(1);
  feed.say(1, "command", "another");
  await placing;
  feed.say(2);
  expect(placed).toEqual([TRIAL]);
  expect(call.snapshot().call).toBe("c1");
  expect(sequences(call)).toEqual([1, 2]);
});

it("places the call although the feed does not begin", async () => {
  vi.useFakeTimers();
  const call = new TrialCall();
  const placing = call.place(TRIAL);
  await vi.advanceTimersByTimeAsync(1500);
  await placing;
  expect(call.snapshot().call).toBe("c1");
});

it("is over with the end of the call", async () => {
  const { call, feed } = await onCall();
  feed.say(3, "ended");
  expect(call.snapshot()).toMatchObject({ over: true, away: false });
  expect(feed.readyState).toBe(Feed.CLOSED);
});

it("says that the feed is interrupted, and leaves it to the browser to connect again", async () => {
  const { call, feed } = await onCall();
  feed.readyState = 0;
  feed.onerror?.();
  expect(call.snapshot().away).toBe(true);
  feed.onopen?.();
  expect(call.snapshot().away).toBe(false);
  expect(Feed.opened).toHaveLength(1);
});

it("reads the journal and asks again when the feed is refused", async () => {
  const { call, feed } = await onCall();
  vi.useFakeTimers();
  answers["/api/v1/calls/c1/events"] = () => new Response(JSON.stringify({ items: [{ sequence: 1, kind: "offered", data: {} }] }));
  feed.readyState = Feed.CLOSED;
  feed.onerror?.();
  await vi.advanceTimersByTimeAsync(2000);
  expect(sequences(call)).toEqual([1]);
  expect(Feed.opened[1]?.url).toBe("/api/v1/events?call=c1");
});

it("is closed and says why when no call can be placed", async () => {
  answers["/api/v1/test-calls"] = () => new Response(JSON.stringify({ detail: "None of your numbers." }), { status: 422 });
  const call = new TrialCall();
  const placing = call.place(TRIAL);
  Feed.opened[0]?.onopen?.();
  await expect(placing).rejects.toThrow("None of your numbers.");
  expect(Feed.opened[0]?.readyState).toBe(Feed.CLOSED);
  expect(call.snapshot().call).toBe("");
});

it("hears nothing after it was left", async () => {
  const { call, feed } = await onCall();
  call.leave();
  feed.say(1);
  feed.onerror?.();
  expect(call.snapshot().entries).toEqual([]);
});

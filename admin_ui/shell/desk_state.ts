// What the desk knows: documents of the feed go in, each replaced by a later one with its key. Nothing here touches the page.

export type Side = "customer" | "agent";

export interface CallDoc {
  type: "call";
  call: string;
  uuid: string;
  state: "talking" | "held" | "over";
  direction: string;
  caller: string;
  caller_name: string;
  called: string;
  caller_shown: string;
  called_shown: string;
  queue: string;
  started_at: number;
  languages: Partial<Record<Side, string>>;
  handed_over: null | { summary: string; slots: Record<string, string>; turns: { by: string; text: string }[] };
  degraded: "" | "too_busy" | "no_model" | "away" | "lagging";
}

export interface Said {
  type: "said";
  call: string;
  key: string;
  side: Side;
  text: string;
  final: boolean;
  start: number;
  end: number;
}

export interface Seen {
  side: Side;
  key: string;
  first: number;
  last: number;
  words: string[];
}

export interface Card {
  type: "card";
  call: string;
  card: number;
  rule: string;
  title: string;
  text: string;
  links: [string, string][];
  category: string;
  priority: number;
  shown_at: number;
  because: string;
  why: { kind: string; seen: Seen | null };
}

export interface Withdrawn {
  type: "withdrawn";
  call: string;
  card: number;
  reason: "misheard" | "unless";
  text: string;
}

export interface Step {
  name: string;
  title: Record<string, string>;
  optional: boolean;
  at: number | null;
  in_order: boolean;
}

export interface Checklist {
  type: "checklist";
  call: string;
  checklist: string;
  title: Record<string, string>;
  adherence: number;
  steps: Step[];
}

export type Told = CallDoc | Said | Card | Withdrawn | Checklist;

export interface Mark {
  mark: string;
  pinned: boolean;
}

/** One call at the desk. `here`: it was told of since the feed was last opened. */
export interface Call {
  id: string;
  doc: CallDoc | null;
  said: Map<string, Said>;
  cards: Map<number, Card>;
  withdrawn: Map<number, Withdrawn>;
  checklists: Map<string, Checklist>;
  marks: Map<number, Mark>;
  here: boolean;
  endedAt: number;
}

export interface Desk {
  calls: Map<string, Call>;
  chosen: string;
}

export const MOST_CARDS = 3;
export const STALE = 60; // seconds after which a card fades

export const newDesk = (): Desk => ({ calls: new Map(), chosen: "" });

function callOf(desk: Desk, id: string): Call {
  const known = desk.calls.get(id);
  if (known) return known;
  const call: Call = {
    id,
    doc: null,
    said: new Map(),
    cards: new Map(),
    withdrawn: new Map(),
    checklists: new Map(),
    marks: new Map(),
    here: true,
    endedAt: 0,
  };
  desk.calls.set(id, call);
  return call;
}

/** Take a document; the same one again changes nothing. Tells whether a call has just begun or ended here. */
export function take(desk: Desk, told: Told, now: number): "began" | "ended" | "" {
  const call = callOf(desk, told.call);
  call.here = true;
  switch (told.type) {
    case "call":
      return takeCall(desk, call, told, now);
    case "said":
      takeSaid(call, told);
      return "";
    case "card":
      call.cards.set(told.card, told);
      return "";
    case "withdrawn":
      call.withdrawn.set(told.card, told);
      return "";
    case "checklist":
      call.checklists.set(told.checklist, told);
      return "";
  }
}

function takeCall(desk: Desk, call: Call, told: CallDoc, now: number): "began" | "ended" | "" {
  const before = call.doc;
  call.doc = told;
  const wasUp = before !== null && before.state !== "over";
  if (told.state === "over") {
    call.endedAt ||= now;
    return wasUp ? "ended" : "";
  }
  call.endedAt = 0;
  if (told.state === "talking" && before?.state !== "talking") desk.chosen = call.id; // whom one talks to is in sight
  return wasUp ? "" : "began";
}

/** A partial text that comes after the final one of its utterance was overtaken on its way. */
function takeSaid(call: Call, told: Said): void {
  if (call.said.get(told.key)?.final && !told.final) return;
  call.said.set(told.key, told);
}

/** The feed is opened anew: everything is told again. What is not is gone. */
export function reopened(desk: Desk): void {
  for (const call of desk.calls.values()) call.here = false;
}

/** Everything was told that there is: calls of which nothing came are over. Gives those that ended so. */
export function settled(desk: Desk, now: number): Call[] {
  const gone = [...desk.calls.values()].filter((call) => !call.here && call.doc && call.doc.state !== "over");
  for (const call of gone) {
    if (call.doc) call.doc = { ...call.doc, state: "over" };
    call.endedAt ||= now;
  }
  return gone;
}

export const isUp = (call: Call): boolean => call.doc !== null && call.doc.state !== "over";

/** The call that is shown: the one chosen, while it is up or was just wrapped up; else the newest that is up. */
export function current(desk: Desk): Call | null {
  const chosen = desk.calls.get(desk.chosen);
  if (chosen?.doc) return chosen;
  return [...desk.calls.values()].filter(isUp).sort(newestFirst)[0] ?? null;
}

/** The others that are up: one on hold while another is talked to. */
export function otherCalls(desk: Desk): Call[] {
  const shown = current(desk);
  return [...desk.calls.values()].filter((call) => isUp(call) && call !== shown).sort(newestFirst);
}

const newestFirst = (one: Call, other: Call) => (other.doc?.started_at ?? 0) - (one.doc?.started_at ?? 0);

/** What was said, in the order in which it began. */
export function lines(call: Call): Said[] {
  return [...call.said.values()].sort((one, other) => one.start - other.start || one.key.localeCompare(other.key));
}

const NONE: Mark = { mark: "", pinned: false };
export const markOf = (call: Call, card: number): Mark => call.marks.get(card) ?? NONE;

/** Which cards are in sight, the newest on top, and which are earlier ones: pinned ones stay, the newest always shows. */
export function arranged(call: Call): { shown: Card[]; earlier: Card[] } {
  const all = [...call.cards.values()].sort((one, other) => other.card - one.card);
  const open = all.filter((card) => !["wrong", "dismissed"].includes(markOf(call, card.card).mark));
  const [newest, ...rest] = open;
  const inSight = new Set(newest ? [newest] : []);
  for (const card of [...rest.filter((card) => markOf(call, card.card).pinned), ...rest]) {
    if (inSight.size < MOST_CARDS) inSight.add(card);
  }
  return { shown: all.filter((card) => inSight.has(card)), earlier: all.filter((card) => !inSight.has(card)) };
}

/** A card fades when it is old, unless somebody pinned it or uses it. */
export function isStale(call: Call, card: Card, now: number): boolean {
  const { mark, pinned } = markOf(call, card.card);
  return !pinned && mark === "" && now - card.shown_at > STALE;
}

import { expect, test } from "vitest";

import { actOf, chosenBy, isFree, meant } from "./desk_keys";
import { arranged, current, isStale, lines, newDesk, otherCalls, reopened, settled, take, type Call, type CallDoc, type Card, type Desk, type Said } from "./desk_state";
import { draft, pieces, place } from "./desk_words";

const call = (name: string, state: CallDoc["state"] = "talking", started = 100): CallDoc => ({
  type: "call", call: name, uuid: "u", state, direction: "inbound", caller: "+33612345678", caller_name: "Nadia", called: "+33123456789",
  caller_shown: "06 12 34 56 78", called_shown: "01 23 45 67 89", queue: "", started_at: started, languages: {}, handed_over: null, degraded: "",
});
const said = (key: string, text: string, start: number, final = true): Said => ({
  type: "said", call: "a", key, side: key.startsWith("agent") ? "agent" : "customer", text, final, start, end: start + 1,
});
const card = (number: number, shown_at = 100, key = "", words: string[] = [], first = 0): Card => ({
  type: "card", call: "a", card: number, rule: "r", title: `Card ${number}`, text: "", links: [], category: "", priority: 50, shown_at, because: "",
  why: { kind: "said", seen: key ? { side: "customer", key, first, last: first + words.length - 1, words } : null },
});

function deskOf(...told: Parameters<typeof take>[1][]): Desk {
  const desk = newDesk();
  for (const one of told) take(desk, one, 200);
  return desk;
}
const only = (desk: Desk): Call => desk.calls.get("a") as Call;
const numbers = (cards: Card[]) => cards.map((one) => one.card);

test("told anew, everything is as it was", () => {
  const told = [call("a"), said("customer-0", "hello", 1), card(1), said("agent-0", "hi", 0.5)];
  const desk = deskOf(...told, ...told);
  expect(lines(only(desk)).map((one) => one.text)).toEqual(["hi", "hello"]);
  expect(numbers(arranged(only(desk)).shown)).toEqual([1]);
});

test("a partial text that is overtaken by the final one does not come back", () => {
  const desk = deskOf(call("a"), said("customer-0", "my money", 1, false), said("customer-0", "my money back", 1), said("customer-0", "my", 1, false));
  expect(lines(only(desk)).map((one) => one.text)).toEqual(["my money back"]);
});

test("at most three cards are in sight: the newest, the pinned, then by age", () => {
  const desk = deskOf(call("a"), ...[1, 2, 3, 4, 5].map((number) => card(number)));
  expect(numbers(arranged(only(desk)).shown)).toEqual([5, 4, 3]);
  only(desk).marks.set(1, { mark: "", pinned: true });
  expect(numbers(arranged(only(desk)).shown)).toEqual([5, 4, 1]);
  only(desk).marks.set(5, { mark: "dismissed", pinned: false });
  expect(numbers(arranged(only(desk)).shown)).toEqual([4, 3, 1]);
  expect(numbers(arranged(only(desk)).earlier)).toEqual([5, 2]);
});

test("a card fades with time unless it is used or pinned", () => {
  const desk = deskOf(call("a"), card(1, 100));
  expect(isStale(only(desk), card(1, 100), 150)).toBe(false);
  expect(isStale(only(desk), card(1, 100), 161)).toBe(true);
  only(desk).marks.set(1, { mark: "used", pinned: false });
  expect(isStale(only(desk), card(1, 100), 161)).toBe(false);
});

test("the call that is talked to is shown, one on hold waits beside it", () => {
  const desk = deskOf(call("a"), call("a", "held"), call("b", "talking", 150));
  expect(current(desk)?.id).toBe("b");
  expect(otherCalls(desk).map((one) => one.id)).toEqual(["a"]);
  expect(take(desk, call("b", "over", 150), 210)).toBe("ended");
  expect(take(desk, call("a"), 211)).toBe("");
  expect(current(desk)?.id).toBe("a");
});

test("a call of which the reopened feed says nothing is over", () => {
  const desk = deskOf(call("a"), call("b"));
  reopened(desk);
  take(desk, call("b"), 220);
  expect(settled(desk, 230).map((one) => one.id)).toEqual(["a"]);
  expect(only(desk).endedAt).toBe(230);
  expect(take(desk, call("a"), 240)).toBe("began"); // its controller was only away
});

test("the words of a trigger are marked where they stand, and where the final text has moved them", () => {
  const words = ["my", "money"];
  const desk = deskOf(call("a"), card(1, 100, "customer-0", words, 2));
  expect(pieces("I want my money back", "customer-0", only(desk))).toEqual([
    { text: "I want", card: 0 }, { text: "my money", card: 1 }, { text: "back", card: 0 },
  ]);
  expect(pieces("well I want My money, back", "customer-0", only(desk))[1]).toEqual({ text: "My money,", card: 1 });
  expect(place(["no", "such"], { side: "customer", key: "k", first: 0, last: 1, words })).toBeNull();
  take(desk, { type: "withdrawn", call: "a", card: 1, reason: "misheard", text: "my mummy" }, 200);
  expect(pieces("I want my money back", "customer-0", only(desk))).toEqual([{ text: "I want my money back", card: 0 }]);
});

test("keys are for the desk only where nobody types", () => {
  const plain = { altKey: false, ctrlKey: false, metaKey: false, repeat: false, defaultPrevented: false };
  document.body.innerHTML = "<input id=field><button id=button></button>";
  expect(isFree(plain, document.getElementById("field"))).toBe(false);
  expect(isFree(plain, document.getElementById("button"))).toBe(true);
  expect(isFree({ ...plain, ctrlKey: true }, null)).toBe(false);
});

test("a key is meant for the chosen card, else for the newest that could have been read", () => {
  const desk = deskOf(call("a"), card(1, 100), card(2, 199.9));
  expect(meant(only(desk), 0, 200)?.card).toBe(1);
  expect(meant(only(desk), 0, 202)?.card).toBe(2);
  expect(meant(only(desk), 1, 202)?.card).toBe(1);
  expect(chosenBy("2", only(desk))?.card).toBe(1);
  expect(chosenBy("3", only(desk))).toBeNull();
  expect(chosenBy("x", only(desk))).toBeUndefined();
  expect(actOf("W")).toBe("wrong");
});

test("the draft of a wrap-up says what was missed and what helped", () => {
  const handed = { ...call("a"), handed_over: { summary: "A cake", slots: { name_of_cake: "opera" }, turns: [] } };
  const step = (name: string, at: number | null, optional = false) => ({ name, title: { en: name }, optional, at, in_order: true });
  const desk = deskOf(handed, card(1), {
    type: "checklist", call: "a", checklist: "order", title: { en: "Order" }, adherence: 0.5, steps: [step("Greet", 3), step("Recap", null), step("More", null, true)],
  });
  take(desk, { ...handed, state: "over" }, 165);
  only(desk).marks.set(1, { mark: "used", pinned: false });
  expect(draft(only(desk), "en").split("\n")).toEqual([
    "Duration: 1:05", "Before, with the robot: A cake", "name of cake: opera", "Order: 50 %", "Not done: Recap", "Cards used: Card 1",
  ]);
});

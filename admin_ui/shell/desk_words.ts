// What the desk says: where the trigger's words stand in a line, and the draft of a wrap-up. Pure, but for the language.
import { t } from "../editor/texts";
import { lasted } from "./ages";
import { markOf, type Call, type Card, type Seen, type Step } from "./desk_state";

export interface Piece {
  text: string;
  card: number; // 0: no card was shown for it
}

const folded = (word: string) =>
  word
    .normalize("NFD")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();

/** Where the words of a trigger stand in a line: at the places that were told, else where they are found. */
export function place(words: string[], seen: Seen): [number, number] | null {
  const wanted = seen.words.map(folded);
  const fits = (from: number) => wanted.length > 0 && wanted.every((word, index) => folded(words[from + index] ?? "") === word);
  if (fits(seen.first)) return [seen.first, seen.first + wanted.length - 1];
  for (let from = 0; from + wanted.length <= words.length; from++) if (fits(from)) return [from, from + wanted.length - 1];
  return null;
}

/** A line in pieces: those that made a card come, and the rest. A card that was misheard marks nothing. */
export function pieces(text: string, key: string, call: Call): Piece[] {
  const words = text.split(/\s+/).filter(Boolean);
  const owner = new Array<number>(words.length).fill(0);
  for (const card of call.cards.values()) {
    const seen = card.why.seen;
    if (seen?.key !== key || call.withdrawn.get(card.card)?.reason === "misheard") continue;
    const [first, last] = place(words, seen) ?? [1, 0];
    for (let index = first; index <= last; index++) owner[index] = card.card;
  }
  const found: Piece[] = [];
  words.forEach((word, index) => {
    const before = found.at(-1);
    if (before && before.card === owner[index]) before.text += ` ${word}`;
    else found.push({ text: word, card: owner[index] ?? 0 });
  });
  return found;
}

/** A text of a checklist, in the reader's language, else in the call's, else in any. */
export function spoken(texts: Record<string, string>, ...languages: (string | undefined)[]): string {
  for (const language of languages) if (language && texts[language]) return texts[language];
  return Object.values(texts).find(Boolean) ?? "";
}

/** The sentence on a card that turned out otherwise. */
export function withdrawnWords(call: Call, card: Card): string {
  const told = call.withdrawn.get(card.card);
  if (!told) return "";
  const heard = told.text || "…";
  return told.reason === "misheard" ? t("Misheard: it was “{text}”.", { text: heard }) : t("No longer fits: “{text}” followed.", { text: heard });
}

export function degradedWords(word: string): string {
  const known: Record<string, string> = {
    too_busy: t("The speech server is busy: this call is not written down. Cards that need no words still come."),
    no_model: t("There is no speech model for this language: this call is not written down."),
    away: t("The speech server does not answer: the transcript goes on when it is back."),
    lagging: t("The transcript lags behind what is said."),
  };
  return known[word] ?? "";
}

/** Of all steps that count, the share that is done; null without a checklist. */
export function adherence(call: Call): number | null {
  const all = [...call.checklists.values()];
  return all.length ? all.reduce((sum, one) => sum + one.adherence, 0) / all.length : null;
}

const missed = (step: Step) => step.at === null && !step.optional;

/** The draft of the notes: how long it took, what the caller had told a robot, what the checklist misses, what helped. */
export function draft(call: Call, language: string): string {
  const doc = call.doc;
  const found: string[] = [];
  if (doc && call.endedAt > doc.started_at) found.push(t("Duration: {time}", { time: lasted(call.endedAt - doc.started_at) }));
  if (doc?.handed_over?.summary) found.push(t("Before, with the robot: {summary}", { summary: doc.handed_over.summary }));
  for (const [name, value] of Object.entries(doc?.handed_over?.slots ?? {})) found.push(`${name.replaceAll("_", " ")}: ${value}`);
  for (const one of call.checklists.values()) {
    const title = spoken(one.title, language, doc?.languages.agent);
    found.push(t("{title}: {share} %", { title, share: Math.round(one.adherence * 100) }));
    const left = one.steps.filter(missed).map((step) => spoken(step.title, language, doc?.languages.agent));
    if (left.length) found.push(t("Not done: {steps}", { steps: left.join(", ") }));
  }
  const used = [...call.cards.values()].filter((card) => markOf(call, card.card).mark === "used").map((card) => card.title);
  if (used.length) found.push(t("Cards used: {cards}", { cards: used.join(", ") }));
  return found.join("\n");
}

// The desk's hotkeys: which card a key is meant for, and what it does. Pure.
import { arranged, type Call, type Card } from "./desk_state";

export type Act = "used" | "wrong" | "dismissed" | "pin";
const ACTS: Record<string, Act> = { u: "used", w: "wrong", d: "dismissed", p: "pin" };
const READ = 1; // seconds: who presses a key does not mean a card that came in this moment

/** Whether keys are meant for the desk: no field has the focus, no other key is held, no dialog is open. */
export function isFree(event: Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey" | "repeat" | "defaultPrevented">, focused: Element | null): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey || event.repeat || event.defaultPrevented) return false;
  return !focused?.closest("input, textarea, select, [contenteditable=true], dialog");
}

/** The card that a number chooses; undefined for another key, null where there is none. */
export function chosenBy(key: string, call: Call): Card | null | undefined {
  return /^[1-3]$/.test(key) ? (arranged(call).shown[Number(key) - 1] ?? null) : undefined;
}

export const actOf = (key: string): Act | undefined => ACTS[key.toLowerCase()];

/** The card that an act is for: the chosen one, else the newest that could have been read. */
export function meant(call: Call, chosen: number, now: number): Card | null {
  const { shown } = arranged(call);
  return shown.find((card) => card.card === chosen) ?? shown.find((card) => now - card.shown_at >= READ) ?? null;
}

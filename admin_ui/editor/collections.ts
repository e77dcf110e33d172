/** What the subscriber has, for the pickers: read once when first asked for, and again when a picker is opened. */

import { useEffect } from "react";
import { create } from "zustand";

import { all, get } from "./api";
import type { Spoken } from "./model/gist";

export type Item = Record<string, unknown>;

const useCollections = create<Record<string, Item[]>>(() => ({}));
const asked = new Map<string, number>();
const FRESH = 15000; // milliseconds

/** Read a collection again unless that was done a moment ago. A collection that may not be read is empty. */
export async function refresh(kind: string): Promise<void> {
  if (Date.now() - (asked.get(kind) ?? -FRESH) < FRESH) return;
  asked.set(kind, Date.now());
  try {
    useCollections.setState({ [kind]: await all<Item>(`/${kind}`) });
  } catch {
    asked.delete(kind);
    if (!useCollections.getState()[kind]) useCollections.setState({ [kind]: [] });
  }
}

const NONE: Item[] = [];

/** The documents of a collection: schedules, lists, prompts, flows, extensions, users. */
export function useCollection(kind: string): Item[] {
  useEffect(() => void (kind && refresh(kind)), [kind]);
  return useCollections((state) => state[kind] ?? NONE);
}

let said: { of: Item[]; spoken: Spoken } = { of: NONE, spoken: {} };

/** What the library's prompts say, by name. */
export function useSpoken(): Spoken {
  const prompts = useCollections((state) => state.prompts ?? NONE);
  if (said.of !== prompts) {
    const pairs = prompts.map((prompt) => [String(prompt.name), (prompt.text ?? {}) as Record<string, string>]);
    said = { of: prompts, spoken: Object.fromEntries(pairs) as Spoken };
  }
  return said.spoken;
}

const useSubscriber = create<{ language: string }>(() => ({ language: "" }));

/** Learn the subscriber's own language, which its texts are written in first. */
export async function readSubscriber(): Promise<void> {
  try {
    const subscriber = await get<Item>("/subscriber");
    if (typeof subscriber.language === "string") useSubscriber.setState({ language: subscriber.language });
  } catch {
    // somebody who may not read it sees the languages the flow is written in
  }
}

export const useSubscriberLanguage = (): string => useSubscriber((state) => state.language);

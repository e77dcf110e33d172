/** The palette's groups, in the order a call meets them. */

import { t } from "../texts";
import type { Forms, NodeForm } from "../types";

export interface Group {
  name: string;
  title: string;
  forms: NodeForm[];
}

const ORDER = ["talk", "decide", "connect", "data", "end"];

function title(group: string): string {
  const known: Record<string, string> = {
    talk: t("Speak with the caller"), decide: t("Decide the way"), connect: t("Connect the call"),
    data: t("Work with data"), end: t("End the call"),
  };
  return known[group] ?? group.charAt(0).toLocaleUpperCase() + group.slice(1);
}

/** The kinds searched for, by group: those so called, else those whose help has the words. An unknown group comes last. */
export function grouped(forms: Forms, filter = ""): Group[] {
  const words = filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const having = (text: (form: NodeForm) => string) =>
    Object.values(forms).filter((form) => words.every((word) => text(form).toLocaleLowerCase().includes(word)));
  const called = having((form) => `${form.title} ${form.kind}`);
  const groups = new Map<string, NodeForm[]>(ORDER.map((name) => [name, []]));
  for (const form of called.length ? called : having((form) => `${form.title} ${form.kind} ${form.help}`)) {
    groups.set(form.group, [...(groups.get(form.group) ?? []), form]);
  }
  return [...groups]
    .filter(([, found]) => found.length)
    .map(([name, found]) => ({ name, title: title(name), forms: found.sort((one, other) => one.title.localeCompare(other.title)) }));
}

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
    talk: t("Talk"), decide: t("Decide"), connect: t("Connect"), data: t("Data"), end: t("End"),
  };
  return known[group] ?? group.charAt(0).toLocaleUpperCase() + group.slice(1);
}

/** The kinds whose title, help or name has the words searched for, by group; a group nobody knew comes last. */
export function grouped(forms: Forms, filter = ""): Group[] {
  const words = filter.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, NodeForm[]>(ORDER.map((name) => [name, []]));
  for (const form of Object.values(forms)) {
    const text = `${form.kind} ${form.title} ${form.help}`.toLocaleLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    groups.set(form.group, [...(groups.get(form.group) ?? []), form]);
  }
  return [...groups]
    .filter(([, found]) => found.length)
    .map(([name, found]) => ({ name, title: title(name), forms: found.sort((one, other) => one.title.localeCompare(other.title)) }));
}

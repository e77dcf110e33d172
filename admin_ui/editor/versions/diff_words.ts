/** Changes of a flow, said for people who know the nodes' forms and not the document. */

import { t } from "../texts";
import type { FieldChange, FieldSchema, FlowDiff } from "../types";

/** A difference with what the canvas does not need: what only stands elsewhere. */
export interface WholeDiff extends FlowDiff {
  moved?: string[];
  reordered?: boolean;
}

/** Whether nothing differs, not even the places on the canvas. */
export function isSame(diff: WholeDiff): boolean {
  const lists = [diff.added, diff.removed, diff.outline, diff.moved ?? []];
  const named = [diff.changed, diff.renamed ?? {}];
  return !diff.reordered && lists.every((list) => !list.length) && named.every((found) => !Object.keys(found).length);
}

/** Name a field as its form does: `prompt.text.fr` is "Prompt › fr". */
export function fieldName(field: string, schema: FieldSchema | undefined): string {
  const [first = "", ...rest] = field.split(/[.[\]]+/).filter(Boolean);
  if (first === "exits") return rest.length ? t("Exit “{exit}”", { exit: rest.join(".") }) : t("Exits");
  if (first === "(order)") return t("order");
  const own = OUTSIDE[first]?.() ?? schema?.properties?.[first]?.title ?? first;
  const inner = rest.filter((part) => part !== "text").map((part) => (part === "(order)" ? t("order") : part));
  return [own, ...inner.map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part))].join(" › ");
}

/** What every node and the flow itself have beside their forms. */
const OUTSIDE: Record<string, () => string> = {
  kind: () => t("Kind"),
  note: () => t("Note"),
  at: () => t("Place on the canvas"),
  start: () => t("First node"),
  tests: () => t("Tests"),
  name: () => t("Name"),
};

/** Say a value. */
export function valueWords(value: unknown): string {
  if (value === undefined || value === null) return t("not set");
  if (value === "") return t("empty");
  if (value === true) return t("yes");
  if (value === false) return t("no");
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value) && !value.length) return t("empty");
  if (Array.isArray(value) && value.every((one) => typeof one === "string" || typeof one === "number")) {
    return value.join(", ");
  }
  const { name } = value as { name?: unknown }; // a test is known by its name
  return typeof name === "string" && name ? name : JSON.stringify(value);
}

export type Said =
  | { how: "moved" }
  | { how: "words"; before: string; after: string }
  | { how: "values"; before: string; after: string };

const LONG = 40; // characters from which a text is compared word by word

/** How a change of a field is best shown. */
export function sayChange([field, before, after]: FieldChange): Said {
  if (field === "at") return { how: "moved" };
  const texts = typeof before === "string" && typeof after === "string";
  if (texts && Math.max(before.length, after.length) >= LONG && before && after) return { how: "words", before, after };
  return { how: "values", before: valueWords(before), after: valueWords(after) };
}

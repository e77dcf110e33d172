/** Changes of a flow, said for people who know the nodes' forms and not the document. */

import { exitTitle } from "../model/exits";
import { empty, schemaAt, valuesOf } from "../model/schema";
import { worded } from "../model/worded";
import { t } from "../texts";
import type { FieldChange, FieldSchema, FlowDiff, Forms, NodeDoc, NodeForm } from "../types";

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

/** A node on both sides of a difference, with the forms of its kinds; nothing for the flow itself. */
export interface Sides {
  before?: NodeDoc | undefined;
  after?: NodeDoc | undefined;
  forms?: Forms | undefined;
}

const formOf = (node: NodeDoc | undefined, forms: Forms | undefined): NodeForm | undefined => forms?.[node?.kind ?? ""];
const partsOf = (field: string): string[] => field.split(/[.[\]]+/).filter(Boolean);

/** Name a field as its form does: `prompt.text.fr` is "Prompt › fr", `exits.no_answer` is "Exit “No answer”". */
export function fieldName(field: string, { before, after, forms }: Sides): string {
  const [first = "", ...rest] = partsOf(field);
  const node = after ?? before;
  const form = formOf(node, forms);
  if (first === "exits") return rest.length ? t("Exit “{exit}”", { exit: exitTitle(node, form, rest.join(".")) }) : t("Exits");
  if (first === "(order)") return t("order");
  const own = OUTSIDE[first]?.() ?? form?.schema.properties?.[first]?.title ?? formOf(before, forms)?.schema.properties?.[first]?.title ?? first;
  const inner = rest.filter((part) => part !== "text").map((part, place) => (part === "(order)" ? t("order") : innerName(part, rest.slice(0, place), first, form)));
  return [own, ...inner].join(" › ");
}

function innerName(part: string, above: string[], first: string, form: NodeForm | undefined): string {
  const outer = form && schemaAt([first, ...above], form);
  if (/^\d+$/.test(part) && (!outer || outer.items || !valuesOf(outer))) return String(Number(part) + 1);
  return outer?.properties?.[part]?.title ?? part;
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

/** Say a value; of one that is not given, what holds instead. */
export function valueWords(value: unknown, schema?: FieldSchema | null): string {
  if (value === undefined || value === null) {
    const standing = schema?.default;
    return empty(standing) ? t("not set") : t("{value} (default)", { value: valueWords(standing, schema) });
  }
  if (schema?.enum && (typeof value === "string" || typeof value === "number")) return worded(value, schema.labels);
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
  | { how: "written"; value: string } // the same, written otherwise: 5.0 and 5
  | { how: "words"; before: string; after: string }
  | { how: "values"; before: string; after: string };

const LONG = 40; // characters from which a text is compared word by word

/** How a change of a field is best shown. */
export function sayChange([field, before, after]: FieldChange, sides: Sides = {}): Said {
  if (field === "at") return { how: "moved" };
  const texts = typeof before === "string" && typeof after === "string";
  if (texts && Math.max(before.length, after.length) >= LONG && before && after) return { how: "words", before, after };
  const say = (value: unknown, node: NodeDoc | undefined) => {
    const parts = partsOf(field);
    if (parts[0] === "exits" && empty(value)) return t("leads nowhere");
    if (parts[0] === "kind" && typeof value === "string") return sides.forms?.[value]?.title ?? value;
    const form = formOf(node, sides.forms);
    return valueWords(value, form && schemaAt(parts, form));
  };
  const said = { before: say(before, sides.before), after: say(after, sides.after) };
  return said.before === said.after ? { how: "written", value: said.after } : { how: "values", ...said };
}

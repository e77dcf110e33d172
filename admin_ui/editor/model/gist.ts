/** The one thing that matters in a node: the first words it says, the numbers it dials, the schedule it asks. */

import { entries } from "../ordered";
import type { FieldSchema, NodeDoc, NodeForm } from "../types";
import { empty, fields, resolve } from "./schema";
import { worded } from "./worded";

/** What the library's prompts say, by name. */
export type Spoken = Record<string, Record<string, string>>;

/** One line about a node, from its fields in the form's order: required ones first. "" when nothing is filled in. */
export function gist(node: NodeDoc, form: NodeForm | undefined, language: string, spoken: Spoken = {}): string {
  if (!form) return "";
  const asked = form.schema.required ?? [];
  const order = fields(form).sort(([one], [other]) => Number(asked.includes(other)) - Number(asked.includes(one)));
  const own = say(node, form.schema, language, spoken);
  if (own) return own;
  for (const [name, field] of order) {
    const told = words(node[name], resolve(field, form.schema).schema, form.schema, language, spoken);
    if (told) return told;
  }
  return "";
}

function words(value: unknown, schema: FieldSchema, root: FieldSchema, language: string, spoken: Spoken): string {
  if (empty(value) || typeof value === "boolean") return "";
  if (typeof value === "string" && schema.enum) return value === schema.default ? "" : worded(value, schema.labels);
  if (typeof value === "string") return value;
  if (typeof value === "number") return schema.enum ? String(value) : "";
  if (Array.isArray(value)) {
    const item = resolve(schema.items ?? {}, root).schema;
    return value.map((one) => (typeof one === "string" ? one : line(one, item, language, spoken))).filter(Boolean).join(", ");
  }
  return say(value as Record<string, unknown>, schema, language, spoken) || pairs(value as Record<string, unknown>);
}

/** What an object with `text` or `prompt` says. */
function say(value: Record<string, unknown>, schema: FieldSchema, language: string, spoken: Spoken): string {
  if (schema.properties?.text?.widget !== "text_by_language") return "";
  const text = value.text as Record<string, string> | undefined;
  const prompt = typeof value.prompt === "string" ? value.prompt : "";
  const parts = [prompt && (inLanguage(spoken[prompt], language) || prompt), inLanguage(text, language)];
  return parts.filter(Boolean).join(" ");
}

export function inLanguage(text: Record<string, string> | undefined, language: string): string {
  if (!text || typeof text !== "object") return "";
  const chosen = text[language] || entries(text)[0]?.[1];
  return typeof chosen === "string" ? chosen : "";
}

function line(value: unknown, schema: FieldSchema, language: string, spoken: Spoken): string {
  if (typeof value !== "object" || value === null) return String(value ?? "");
  const inside = value as Record<string, unknown>;
  if ("text" in inside || "prompt" in inside) {
    return inLanguage(inside.text as Record<string, string>, language) || inLanguage(spoken[String(inside.prompt)], language) || String(inside.prompt ?? "");
  }
  const part = ([key, one]: [string, unknown]) => {
    const known = schema.properties?.[key];
    return typeof one === "object" ? "" : known?.enum ? worded(one, known.labels) : String(one);
  };
  return entries(inside).map(part).filter(Boolean).join(" ");
}

function pairs(value: Record<string, unknown>): string {
  return entries(value).map(([key, part]) => (typeof part === "string" && part ? `${key}: ${part}` : key)).join(", ");
}

/** Everything a node says, for the search: its name, kind and all its texts and numbers. */
export function haystack(name: string, node: NodeDoc, form: NodeForm | undefined, spoken: Spoken): string {
  const found: string[] = [name, node.kind, form?.title ?? ""];
  const walk = (value: unknown, key: string) => {
    if (typeof value === "string") {
      found.push(value);
      if (key === "prompt") found.push(...Object.values(spoken[value] ?? {}));
    } else if (typeof value === "number" && key !== "at") found.push(String(value));
    else if (value && typeof value === "object" && key !== "at" && key !== "exits") {
      for (const [inner, part] of Object.entries(value)) walk(part, inner);
    }
  };
  walk(node, "");
  return found.join("\n").toLocaleLowerCase();
}

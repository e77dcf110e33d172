/** Names of the schema in the words people see: values, fields and exits by their titles. */

import { t } from "../texts";
import type { FieldSchema, FlowDoc, Forms, NodeForm, Problem } from "../types";
import { resolve, valuesOf } from "./schema";

/** A value as words: "at_once" is "at once"; codes in capitals stay as they are. The server may give better ones. */
export function worded(value: unknown, labels: unknown): string {
  const given = labels && typeof labels === "object" ? (labels as Record<string, unknown>)[String(value)] : undefined;
  if (typeof given === "string") return given;
  const text = String(value);
  if (text === text.toUpperCase()) return text;
  const words = text.replaceAll("_", " ");
  const key = `value: ${words}`; // such short words mean something else elsewhere
  const said = t(key);
  return said === key ? words : said;
}

/** A dotted path as the form calls it: `again.0.text.fr` is "Again 1 › Text fr". */
export function titled(path: string, form: NodeForm): string {
  let schema: FieldSchema | null = form.schema;
  const said: string[] = [];
  for (const part of path.split(".")) {
    const known: FieldSchema | undefined = schema?.properties?.[part];
    if (known) said.push(known.title ?? part);
    else said.push(`${said.pop() ?? ""} ${/^\d+$/.test(part) && schema?.items ? Number(part) + 1 : part}`.trim());
    const inner: FieldSchema | null | undefined = known ?? schema?.items ?? (schema ? valuesOf(schema) : null);
    schema = inner ? resolve(inner, form.schema).schema : null;
  }
  return said.join(" › ");
}

/** A problem whose text calls fields as the form does; the server calls exits so already. */
export function plainly(problem: Problem, doc: FlowDoc, forms: Forms): Problem {
  const node = doc.nodes[problem.where];
  const form = node && forms[node.kind];
  if (!form || !problem.field) return problem;
  const bare = problem.text.startsWith(`${problem.field} `) || problem.text.startsWith(`${problem.field}:`);
  return bare ? { ...problem, text: titled(problem.field, form) + problem.text.slice(problem.field.length) } : problem;
}

/** Which exits a node has, from its form, its fields, its wires and what the checker says. */

import { entries, keys } from "../ordered";
import type { ExitForm, Forms, NodeDoc, NodeForm, Problem } from "../types";
import { empty } from "./schema";

export interface Exit {
  name: string;
  title: string;
  help: string;
  target: string | null;
  /** Must be wired before the flow is published. */
  required: boolean;
  /** Not an exit of this node with its fields as they are: a wire left behind. */
  unknown: boolean;
  /** Every kind of node has it, so it is drawn only when it is wired. */
  common: boolean;
}

const UNWIRED = "unwired_exit";
const FIELD = "exits.";

/** The exits of a node in the order of its form; wires that fit none come last. */
export function exitsOf(node: NodeDoc, form: NodeForm | undefined, problems: Problem[] = []): Exit[] {
  const wires = (node.exits ?? {}) as Record<string, string>;
  const missing = new Set(problems.filter((one) => one.code === UNWIRED).map((one) => one.field.slice(FIELD.length)));
  const found = new Map<string, Exit>();
  const add = (name: string, way: ExitForm | null, unknown = false) => {
    if (found.has(name)) return;
    const required = missing.has(name) || (way !== null && !way.optional);
    const target = typeof wires[name] === "string" ? wires[name] : null;
    found.set(name, {
      name, target, required, unknown,
      title: way?.title ?? title(node, way, name),
      help: way?.help ?? "",
      common: way !== null && COMMON.has(name) && !missing.has(name),
    });
  };
  for (const way of form?.exits ?? []) {
    for (const name of names(way, node, form as NodeForm, missing, problems)) add(name, way);
  }
  for (const name of missing) add(name, null);
  for (const name of keys(wires)) add(name, null, Boolean(form) && !form?.open_exits);
  return [...found.values()];
}

/** What an exit is called in its form: a choice by its key and meaning; "" is the exit that was not taken yet. */
export function exitTitle(node: NodeDoc | undefined, form: NodeForm | undefined, name: string): string {
  const way = form?.exits.find((one) => one.name === name);
  if (way?.title) return way.title;
  return node ? title(node, form?.exits.find((one) => one.each && holds(node[one.each], name)) ?? null, name) : name;
}

function holds(field: unknown, name: string): boolean {
  if (Array.isArray(field)) return field.map(String).includes(name);
  return typeof field === "object" && field !== null && Object.hasOwn(field, name);
}

const COMMON = new Set<string>();

/** Learn which exits every kind has: they are drawn only where they are wired. */
export function learnCommon(forms: Forms): void {
  COMMON.clear();
  const all = Object.values(forms);
  const optional = (all[0]?.exits ?? []).filter((way) => way.optional && way.name);
  for (const { name } of optional) {
    if (all.length > 1 && all.every((form) => form.exits.some((way) => way.name === name && way.optional))) {
      COMMON.add(name as string);
    }
  }
}

function names(way: ExitForm, node: NodeDoc, form: NodeForm, missing: Set<string>, problems: Problem[]): string[] {
  if (way.each) {
    const field = node[way.each];
    if (Array.isArray(field)) return field.map(String);
    return field && typeof field === "object" ? keys(field) : [];
  }
  const name = way.name ?? "";
  if (!way.when) return [name];
  const field = form.schema.properties?.[way.when];
  if (field) {
    const value = node[way.when] ?? field.default;
    return value === false || value === 0 || empty(value) ? [] : [name];
  }
  // What it depends on is worked out by the server: it exists when it is wired, when the checker asks for it, or as
  // long as the checker cannot read the node.
  const unread = problems.some((one) => one.severity === "error" && !one.field.startsWith(FIELD));
  return missing.has(name) || unread || (node.exits && name in node.exits) ? [name] : [];
}

function title(node: NodeDoc, way: ExitForm | null, name: string): string {
  const field = way?.each ? node[way.each] : undefined;
  const meaning = field && typeof field === "object" && !Array.isArray(field) ? entries(field as Record<string, unknown>) : [];
  const said = meaning.find(([key]) => key === name)?.[1];
  return typeof said === "string" && said ? `${name} · ${said}` : name;
}

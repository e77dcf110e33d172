/** The variables a flow knows: those every call has, and those its nodes set or use. */

import { useMemo } from "react";

import { entries } from "../ordered";
import { resolve } from "../model/schema";
import { useEditor } from "../store";
import type { FlowDoc, Forms } from "../types";

const GIVEN = ["caller", "called", "caller_name", "language", "call", "subscriber", "time_zone", "country"];
const NAME = "[A-Za-z_][A-Za-z0-9_]";
const USED = /\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}/g;

/** List them, those every call has first. */
export function variables(doc: FlowDoc, forms: Forms): string[] {
  const found = new Set(GIVEN);
  for (const [, node] of entries(doc.nodes)) {
    const root = forms[node.kind]?.schema;
    for (const [name, field] of entries(root?.properties ?? {})) {
      const value = node[name];
      const { schema } = resolve(field, root ?? {});
      if (typeof value === "string" && value && schema.pattern?.includes(NAME)) found.add(value);
      const names = Object.keys(schema.patternProperties ?? {}).some((pattern) => pattern.includes(NAME));
      if (names && value && typeof value === "object") Object.keys(value).forEach((key) => found.add(key));
    }
    for (const [, name] of JSON.stringify(node).matchAll(USED)) found.add(name as string);
  }
  return [...found];
}

export function useVariables(): string[] {
  const doc = useEditor((state) => state.doc);
  const forms = useEditor((state) => state.forms);
  return useMemo(() => variables(doc, forms), [doc, forms]);
}

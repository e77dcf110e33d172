/** What a field's JSON Schema means for its form. */

import { entries } from "../ordered";
import type { FieldSchema, NodeForm } from "../types";

export interface Resolved {
  schema: FieldSchema;
  /** Whether null (or nothing) stands for "not given". */
  nullable: boolean;
}

/** Follow $ref and take null out of anyOf; hints beside the reference win. */
export function resolve(schema: FieldSchema, root: FieldSchema): Resolved {
  if (schema.$ref) {
    const { $ref, ...beside } = schema;
    const target = root.$defs?.[$ref.split("/").pop() ?? ""] ?? {};
    const inner = resolve(target, root);
    return { schema: { ...inner.schema, ...beside }, nullable: inner.nullable };
  }
  if (schema.allOf?.length === 1 && schema.allOf[0]) {
    const { allOf, ...beside } = schema;
    const inner = resolve(allOf[0] as FieldSchema, root);
    return { schema: { ...inner.schema, ...beside }, nullable: inner.nullable };
  }
  if (schema.anyOf) {
    const { anyOf, ...beside } = schema;
    const kinds = anyOf.filter((one) => one.type !== "null");
    const nullable = kinds.length < anyOf.length;
    if (kinds.length === 1 && kinds[0]) {
      const inner = resolve(kinds[0], root);
      return { schema: { ...inner.schema, ...beside }, nullable: nullable || inner.nullable };
    }
    return { schema: { ...beside, anyOf: kinds }, nullable };
  }
  return { schema, nullable: false };
}

/** The schema of an object's values when its keys are free, else null. */
export function valuesOf(schema: FieldSchema): FieldSchema | null {
  const patterns = Object.values(schema.patternProperties ?? {});
  if (patterns[0]) return patterns[0];
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : null;
}

/** The pattern an object's free keys must have, "" when any will do. */
export function keyPattern(schema: FieldSchema): string {
  return Object.keys(schema.patternProperties ?? {})[0] ?? "";
}

/** The schema of what lies at a path inside a form: `["prompt", "text", "fr"]`; null where the form knows nothing of it. */
export function schemaAt(path: string[], form: NodeForm): FieldSchema | null {
  let schema: FieldSchema | null = form.schema;
  for (const part of path) {
    const inner: FieldSchema | null | undefined = schema?.properties?.[part] ?? schema?.items ?? (schema ? valuesOf(schema) : null);
    schema = inner ? resolve(inner, form.schema).schema : null;
  }
  return schema;
}

/** Whether an object says the same as another, whatever the order of its keys. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) => Object.hasOwn(other, name) && same(one[name as keyof typeof one], other[name as keyof typeof other]),
    )
  );
}

/** Whether a value says nothing: such an optional field is left out of the document. */
export function empty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Whether a field is shown: `show_when` names another field, or a list of fields, that must be set. */
export function shown(schema: FieldSchema, values: Record<string, unknown>, root: FieldSchema): boolean {
  const others = schema.show_when as string | string[] | undefined;
  if (!others) return true;
  return [others].flat().every((name) => {
    const value = values[name] ?? root.properties?.[name]?.default;
    return value !== false && !empty(value);
  });
}

/** The fields of a form in order. */
export function fields(form: NodeForm): [string, FieldSchema][] {
  return entries(form.schema.properties ?? {});
}

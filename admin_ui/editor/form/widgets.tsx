/** Which widget asks for a field: the one the server hints at, else the one that fits its JSON Schema type. */

import type { ComponentType } from "react";

import { valuesOf } from "../model/schema";
import type { FieldSchema } from "../types";
import { Choice, Maybe, Switch } from "./Choice";
import { Group, OptionalGroup } from "./Group";
import { JsonField } from "./JsonField";
import { ListField } from "./ListField";
import { NumberField } from "./NumberField";
import { Pairs } from "./Pairs";
import { Picker } from "./Picker";
import type { FieldProps } from "./props";
import { Target } from "./Target";
import { TextByLanguage } from "./TextByLanguage";
import { CodeField, LongTemplateField, TemplateField, TextField, VariableField } from "./TextField";

type Widget = ComponentType<FieldProps>;

/** Widgets by the name of the hint. A hint that is not here is no error: the type decides. */
const HINTED: Record<string, Widget> = {
  template: TemplateField,
  long_template: LongTemplateField,
  text_by_language: TextByLanguage,
  announcements: ListField,
  targets: ListField,
  choices: Pairs,
  variables: Pairs,
  schedule: Picker,
  list: Picker,
  prompt: Picker,
  flow: Picker,
  target: Target,
  extension: Target,
  variable: VariableField,
  regex: CodeField,
  json_path: CodeField,
  url: CodeField,
};

/** The widgets that only fit one type; a hint on a field of another type is overlooked. */
const NEEDS: Record<string, (schema: FieldSchema) => boolean> = {
  text_by_language: (schema) => schema.type === "object",
  choices: (schema) => schema.type === "object",
  variables: (schema) => schema.type === "object",
  announcements: (schema) => schema.type === "array",
  targets: (schema) => schema.type === "array",
};

const TEXTS = new Set(["template", "long_template", "schedule", "list", "prompt", "flow", "target", "extension", "variable", "regex", "json_path", "url"]);

function fits(hint: string, schema: FieldSchema): boolean {
  if (TEXTS.has(hint)) return schema.type === "string" || (schema.anyOf ?? []).some((one) => one.type === "string");
  return NEEDS[hint]?.(schema) ?? true;
}

export function widgetFor(schema: FieldSchema, nullable: boolean): Widget {
  const hint = schema.widget ?? "";
  const hinted = Object.hasOwn(HINTED, hint) && fits(hint, schema) ? HINTED[hint] : undefined;
  if (hinted) return hinted;
  if (schema.enum || schema.const !== undefined) return Choice;
  switch (schema.type) {
    case "boolean": return nullable ? Maybe : Switch;
    case "integer":
    case "number": return NumberField;
    case "string": return TextField;
    case "array": return schema.items ? ListField : JsonField;
    case "object": return ofObject(schema, nullable);
    default: return (schema.anyOf ?? []).some((one) => one.type === "string") ? TextField : JsonField;
  }
}

function ofObject(schema: FieldSchema, nullable: boolean): Widget {
  if (schema.properties) return nullable ? OptionalGroup : Group;
  return valuesOf(schema) ? Pairs : JsonField;
}

const COMPOSITE = new Set<Widget>([Group, OptionalGroup, ListField, Pairs, TextByLanguage]);

/** Whether a field has parts that say themselves what is wrong with them. */
export function isComposite(schema: FieldSchema, nullable: boolean): boolean {
  return COMPOSITE.has(widgetFor(schema, nullable));
}

/** What every field of a form is given, and what is wrong with it. */

import type { ComponentType } from "react";

import type { FieldSchema, Problem } from "../types";

export interface FieldProps extends Omit<FieldGiven, "bare"> {
  /** Draws a part of a field that has parts: a row of a list, a member of an object. Handed in, so that no widget imports the field it stands in. */
  Part: ComponentType<FieldGiven>;
  nullable?: boolean;
  label?: string;
}

/** What a field needs, whatever its widget. */
export interface FieldGiven {
  /** Unique on the page; labels and messages refer to it. */
  id: string;
  /** Dotted path inside the node, as the checker names it. */
  path: string;
  /** As the form has it; a widget gets it resolved: no $ref, no null. */
  schema: FieldSchema;
  /** The form's schema, where $defs are. */
  root: FieldSchema;
  value: unknown;
  /** undefined takes the field out of the document. */
  onChange: (value: unknown) => void;
  problems: Problem[];
  required?: boolean;
  /** A row of a list or a map has no label, or a hidden one. */
  bare?: string;
  disabled?: boolean;
  /** The form the field stands in, for `show_when` and hints. */
  siblings?: Record<string, unknown>;
}

/** The problems of a field; `inside` takes those of its parts too. */
export function faults(problems: Problem[], path: string, inside = false): Problem[] {
  return problems.filter((one) => one.field === path || (inside && one.field.startsWith(`${path}.`)));
}

/** Attributes that tie an input to its help and its errors. */
export function described(id: string, wrong: Problem[]): { "aria-describedby": string; "aria-invalid"?: true } {
  return wrong.some((one) => one.severity === "error")
    ? { "aria-describedby": `${id}-help ${id}-wrong`, "aria-invalid": true }
    : { "aria-describedby": `${id}-help${wrong.length ? ` ${id}-wrong` : ""}` };
}

export const look = (kind: string, wrong: Problem[]): string =>
  `${kind}${wrong.some((one) => one.severity === "error") ? " is-invalid" : ""}`;

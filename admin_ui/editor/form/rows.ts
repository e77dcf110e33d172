/** Rows being typed: a list or a map keeps what cannot stand in the document yet, such as an empty key. */

import { useState } from "react";

import { stringify } from "../ordered";

export interface Rows<Row> {
  rows: Row[];
  set: (rows: Row[]) => void;
}

/** Rows of a value. When the value changes from outside (undo, another node), they are made anew. */
export function useRows<Row>(value: unknown, read: (value: unknown) => Row[], write: (rows: Row[]) => unknown, onChange: (value: unknown) => void): Rows<Row> {
  const [typed, setTyped] = useState<Row[] | null>(null);
  const stands = typed !== null && stringify(write(typed) ?? null) === stringify(value ?? null);
  const rows = stands ? typed : read(value);
  return {
    rows,
    set(changed) {
      setTyped(changed);
      onChange(write(changed));
    },
  };
}

/** A copy with one row moved up (-1) or down (1). */
export function shifted<Row>(rows: Row[], place: number, by: number): Row[] {
  const made = [...rows];
  const [row] = made.splice(place, 1);
  if (row !== undefined) made.splice(place + by, 0, row);
  return made;
}

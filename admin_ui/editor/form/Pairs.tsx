import { Plus } from "lucide-react";

import { entries, fromEntries } from "../ordered";
import { keyPattern, resolve, valuesOf } from "../model/schema";
import { t } from "../texts";
import { KeyInput } from "./KeyInput";
import { faults, type FieldProps } from "./props";
import { RowTools } from "./RowTools";
import { shifted, useRows } from "./rows";

type Row = [key: string, value: unknown];

/** A map of names to values: a menu's choices, headers, variables. A key twice, or none, does not enter the document. */
export function Pairs({ Part, id, path, schema, root, value, onChange, problems, label, disabled = false }: FieldProps) {
  const inner = valuesOf(schema) ?? {};
  const kind = resolve(inner, root).schema.type;
  const blank: unknown = kind === "string" || kind === undefined ? "" : undefined;
  const { rows, set } = useRows<Row>(value, pairs, written, onChange);
  const narrow = schema.widget === "choices";
  const shownRows: Row[] = rows.length || (schema.minProperties ?? 0) === 0 ? rows : [["", blank]];
  const change = (place: number, row: Row) => set(shownRows.map((other, at) => (at === place ? row : other)));
  const full = schema.maxProperties !== undefined && rows.length >= schema.maxProperties;
  return (
    <div className="ed-rows">
      {shownRows.map(([key, one], place) => {
        const others = shownRows.flatMap(([other], at) => (at === place ? [] : [other]));
        return (
          <div key={place} className={`ed-row ed-pair${narrow ? " is-narrow" : ""}`} data-field={`${path}.${key}`}>
            <KeyInput
              value={key} others={others} pattern={keyPattern(schema)} phone={narrow} wrong={faults(problems, `${path}.${key}`)} disabled={disabled}
              label={narrow ? t("Key {number}", { number: place + 1 }) : t("Name {number}", { number: place + 1 })} onChange={(typed) => change(place, [typed, one])}
            />
            <Part
              id={`${id}-${place}`} path={`${path}.${key}`} schema={inner} root={root} value={one} bare={`${label ?? path} ${key}`} problems={key ? problems : []} disabled={disabled}
              onChange={(changed) => change(place, [key, changed ?? blank])}
            />
            <RowTools place={place} count={shownRows.length} name={key || String(place + 1)} disabled={disabled} move={(by) => set(shifted(shownRows, place, by))} remove={() => set(shownRows.filter((_, at) => at !== place))} />
          </div>
        );
      })}
      <button type="button" className="btn btn-sm btn-outline-secondary" disabled={disabled || full} onClick={() => set([...shownRows, [narrow ? nextKey(shownRows) : "", blank]])}>
        <Plus size={14} aria-hidden="true" /> {t("Add")}
      </button>
    </div>
  );
}

function pairs(value: unknown): Row[] {
  return value && typeof value === "object" && !Array.isArray(value) ? entries(value as Record<string, unknown>) : [];
}

function written(rows: Row[]): unknown {
  const kept = rows.filter(([key, value], place) => key !== "" && value !== undefined && rows.findIndex(([other]) => other === key) === place);
  return kept.length ? fromEntries(kept) : undefined;
}

/** The key a new choice most likely has. */
function nextKey(rows: Row[]): string {
  const taken = new Set(rows.map(([key]) => key));
  return ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#"].find((key) => !taken.has(key)) ?? "";
}

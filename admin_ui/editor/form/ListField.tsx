import { Plus } from "lucide-react";

import { resolve } from "../model/schema";
import { t } from "../texts";
import type { FieldProps } from "./props";
import { RowTools } from "./RowTools";
import { shifted, useRows } from "./rows";

/** A list: rows that are added, moved and removed. Empty rows of texts do not enter the document. */
export function ListField({ Part, id, path, schema, root, value, onChange, problems, label, disabled = false }: FieldProps) {
  const item = resolve(schema.items ?? {}, root).schema;
  const simple = item.type !== "object" && item.type !== "array";
  const blank = item.type === "object" ? {} : item.type === "array" ? [] : "";
  const write = (rows: unknown[]) => {
    const kept = simple ? rows.filter((row) => row !== "" && row !== undefined) : rows.map((row) => row ?? blank);
    return kept.length ? kept : undefined;
  };
  const { rows, set } = useRows<unknown>(value, listed, write, onChange);
  const full = schema.maxItems !== undefined && rows.length >= schema.maxItems;
  const shownRows = rows.length || !simple || (schema.minItems ?? 0) === 0 ? rows : [""];
  return (
    <div className="ed-rows">
      {shownRows.map((row, place) => {
        const name = `${label ?? path} ${place + 1}`;
        return (
          <div key={place} className={`ed-row${simple ? "" : " is-tall"}`}>
            <Part
              id={`${id}-${place}`} path={`${path}.${place}`} schema={schema.items ?? {}} root={root} value={row === "" ? undefined : row} bare={name} problems={problems} disabled={disabled}
              onChange={(changed) => set(shownRows.map((other, at) => (at === place ? (changed ?? blank) : other)))}
            />
            <RowTools place={place} count={shownRows.length} name={name} disabled={disabled} move={(by) => set(shifted(shownRows, place, by))} remove={() => set(shownRows.filter((_, at) => at !== place))} />
          </div>
        );
      })}
      <button type="button" className="btn btn-sm btn-outline-secondary" disabled={disabled || full} onClick={() => set([...shownRows, blank])}>
        <Plus size={14} aria-hidden="true" /> {t("Add")}
      </button>
    </div>
  );
}

/** A file may write one thing where a list is meant. */
function listed(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

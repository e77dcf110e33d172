import { useState } from "react";

import { t } from "../texts";
import { described, faults, type FieldProps, look } from "./props";

/** A number. What cannot be read as one stays in the field and is said to be wrong; the document keeps the last good one. */
export function NumberField({ id, path, schema, value, onChange, problems, label, disabled }: FieldProps) {
  const written = value === undefined || value === null ? "" : String(value);
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed !== null && read(typed, schema.type) === value ? typed : typed !== null && read(typed, schema.type) === null ? typed : written;
  const unreadable = typed !== null && shown === typed && typed !== "" && read(typed, schema.type) === null;
  const wrong = faults(problems, path, true);
  return (
    <>
      <input
        id={id} type="text" inputMode={schema.type === "integer" ? "numeric" : "decimal"} className={`${look("form-control", wrong)}${unreadable ? " is-invalid" : ""} ed-number`}
        {...described(id, wrong)} aria-label={label} disabled={disabled} value={shown} autoComplete="off"
        placeholder={schema.default === undefined || schema.default === null ? "" : String(schema.default)}
        onChange={(event) => {
          const said = event.target.value.trim();
          setTyped(said);
          const number = read(said, schema.type);
          if (said === "") onChange(undefined);
          else if (number !== null) onChange(number);
        }}
      />
      {unreadable ? <p className="ed-fault is-error">{schema.type === "integer" ? t("This must be a whole number.") : t("This must be a number.")}</p> : null}
    </>
  );
}

/** Read a number as people write it; null when it is none, undefined when nothing is written. */
export function read(typed: string, type: string | undefined): number | null | undefined {
  if (typed === "") return undefined;
  const number = Number(typed.replace(",", "."));
  if (!Number.isFinite(number)) return null;
  return type === "integer" && !Number.isInteger(number) ? null : number;
}

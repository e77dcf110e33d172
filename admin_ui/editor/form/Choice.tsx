import { worded } from "../model/worded";
import { t } from "../texts";
import { described, faults, type FieldProps, look } from "./props";

/** One of a few values. */
export function Choice({ id, path, schema, value, onChange, problems, label, required, disabled }: FieldProps) {
  const values = schema.enum ?? [schema.const];
  const wrong = faults(problems, path, true);
  const present = value ?? schema.default ?? "";
  const known = values.includes(present);
  return (
    <select
      id={id} className={look("form-select", wrong)} {...described(id, wrong)} aria-label={label} disabled={disabled}
      value={String(present)}
      onChange={(event) => onChange(values.find((one) => String(one) === event.target.value))}
    >
      {!known || (!required && schema.default === undefined) ? <option value={known ? "" : String(present)}>{known || present === "" ? t("Choose…") : String(present)}</option> : null}
      {values.map((one) => <option key={String(one)} value={String(one)}>{worded(one, schema.labels)}</option>)}
    </select>
  );
}

/** Yes or no. */
export function Switch({ id, path, schema, value, onChange, problems, label, disabled }: FieldProps) {
  const wrong = faults(problems, path, true);
  return (
    <div className="form-check form-switch">
      <input
        id={id} type="checkbox" role="switch" className={look("form-check-input", wrong)} {...described(id, wrong)} disabled={disabled}
        checked={Boolean(value ?? schema.default)} onChange={(event) => onChange(event.target.checked)}
      />
      <label className="form-check-label" htmlFor={id}>{label}</label>
    </div>
  );
}

/** Yes, no, or as it comes. */
export function Maybe({ id, path, value, onChange, problems, label, disabled }: FieldProps) {
  const wrong = faults(problems, path, true);
  return (
    <select
      id={id} className={look("form-select", wrong)} {...described(id, wrong)} aria-label={label} disabled={disabled}
      value={value === true ? "yes" : value === false ? "no" : ""}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value === "yes")}
    >
      <option value="">{t("Automatic")}</option>
      <option value="yes">{t("Yes")}</option>
      <option value="no">{t("No")}</option>
    </select>
  );
}

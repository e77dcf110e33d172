import { useState } from "react";

import { entries, drop, put } from "../ordered";
import { empty, resolve, same, shown } from "../model/schema";
import { t } from "../texts";
import type { FieldProps } from "./props";

type Values = Record<string, unknown>;

/** An object: its fields, one under the other. */
export function Group({ Part, id, path, schema, root, value, onChange, problems, disabled }: FieldProps) {
  const values = (value && typeof value === "object" ? value : {}) as Values;
  const set = (name: string, field: unknown) => {
    const inner = resolve(schema.properties?.[name] ?? {}, root).schema;
    const usual = !schema.required?.includes(name) && "default" in inner && same(field, inner.default);
    const made = empty(field) || usual ? drop(values, name) : put(values, name, field);
    onChange(empty(made) ? undefined : made);
  };
  return (
    <div className="ed-group">
      {entries(schema.properties ?? {}).filter(([, field]) => shown(field, values, schema)).map(([name, field]) => (
        <Part
          key={name} id={`${id}-${name}`} path={`${path}.${name}`} schema={field} root={root} value={values[name]} siblings={values}
          onChange={(inner) => set(name, inner)} problems={problems} required={schema.required?.includes(name) ?? false} disabled={disabled ?? false}
        />
      ))}
    </div>
  );
}

/** An object that need not be there. It enters the document with the first thing said in it. */
export function OptionalGroup(props: FieldProps) {
  const [opened, setOpened] = useState(false);
  const there = props.value !== undefined && props.value !== null;
  if (!there && !opened) {
    return <button type="button" className="btn btn-sm btn-outline-secondary" disabled={props.disabled} onClick={() => setOpened(true)}>{t("Add")}</button>;
  }
  const remove = () => {
    setOpened(false);
    props.onChange(undefined);
  };
  return (
    <>
      <Group {...props} />
      <button type="button" className="btn btn-sm btn-link ed-remove" disabled={props.disabled} onClick={remove}>{t("Remove")}</button>
    </>
  );
}

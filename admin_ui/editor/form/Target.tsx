import { useId } from "react";

import { useCollection } from "../collections";
import { described, faults, type FieldProps, look } from "./props";

/** Whom to ring: an extension, a number, or a variable. The extensions are offered with who answers there. */
export function Target({ id, path, value, onChange, problems, label, disabled }: FieldProps) {
  const offered = useId();
  const users = useCollection("users");
  const extensions = useCollection("extensions");
  const wrong = faults(problems, path, true);
  const people = users.filter((user) => user.extension).map((user) => [String(user.extension), String(user.name ?? user.login)] as const);
  const others = extensions.map((one) => [String(one.extension), String(one.flow ?? one.external ?? "")] as const);
  const who = people.find(([extension]) => extension === value)?.[1];
  return (
    <>
      <input
        id={id} type="text" className={look("form-control", wrong)} {...described(id, wrong)} aria-label={label} disabled={disabled} list={offered} placeholder="101" autoComplete="off"
        value={typeof value === "string" ? value : ""} onChange={(event) => onChange(event.target.value.trim() || undefined)}
      />
      {who ? <div className="form-text">{who}</div> : null}
      <datalist id={offered}>
        {[...people, ...others].map(([extension, name]) => <option key={extension} value={extension}>{name}</option>)}
      </datalist>
    </>
  );
}

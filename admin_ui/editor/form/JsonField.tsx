import { useState } from "react";

import { parse, stringify } from "../ordered";
import { t } from "../texts";
import { described, faults, type FieldProps, look } from "./props";

/** Anything no widget is known for: as JSON. */
export function JsonField({ id, path, value, onChange, problems, label, disabled }: FieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = faults(problems, path, true);
  const written = value === undefined ? "" : stringify(value);
  const unreadable = typed !== null && typed.trim() !== "" && read(typed) === undefined;
  return (
    <>
      <textarea
        id={id} rows={3} spellCheck={false} className={`${look("form-control", wrong)} ed-code`} {...described(id, wrong)} aria-label={label} disabled={disabled}
        value={typed ?? written} onBlur={() => unreadable || setTyped(null)}
        onChange={(event) => {
          const text = event.target.value;
          setTyped(text);
          const found = read(text);
          if (text.trim() === "") onChange(undefined);
          else if (found !== undefined) onChange(found);
        }}
      />
      {unreadable ? <p className="ed-fault is-error">{t("This is not JSON yet.")}</p> : null}
    </>
  );
}

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

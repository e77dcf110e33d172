import { useState } from "react";

import { t } from "../texts";
import type { Problem } from "../types";
import { look } from "./props";

interface Props {
  value: string;
  label: string;
  others: string[];
  pattern: string;
  /** Whether it is a key of the telephone. */
  phone: boolean;
  wrong: Problem[];
  disabled: boolean;
  onChange: (key: string) => void;
}

/** The key of a row. It enters the document when it can stand there, so that what hangs on the old one follows. */
export function KeyInput({ value, label, others, pattern, phone, wrong, disabled, onChange }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const fault = typed === null ? "" : faultOf(typed, others, pattern);
  const shown = typed !== null && fault ? typed : value;
  return (
    <div className="ed-key">
      <input
        type="text" className={`${look("form-control", wrong)}${fault && typed ? " is-invalid" : ""} ed-code`} value={shown} disabled={disabled} spellCheck={false} autoCapitalize="off" autoComplete="off"
        aria-label={label} placeholder={phone ? t("Key") : t("Name")}
        onBlur={() => typed === "" && setTyped(null)}
        onChange={(event) => {
          const key = event.target.value.trim();
          setTyped(key);
          if (!faultOf(key, others, pattern)) onChange(key);
        }}
      />
      {fault === "twice" ? <p className="ed-fault is-error">{t("This is there twice.")}</p> : null}
      {fault === "odd" ? <p className="ed-fault is-error">{phone ? t("A key is 0–9, *, #, or up to four digits.") : t("This name is not allowed here.")}</p> : null}
    </div>
  );
}

function faultOf(key: string, others: string[], pattern: string): "" | "empty" | "twice" | "odd" {
  if (!key) return "empty";
  if (others.includes(key)) return "twice";
  try {
    return !pattern || new RegExp(pattern, "u").test(key) ? "" : "odd";
  } catch {
    return ""; // a pattern of another dialect: the checker will say
  }
}

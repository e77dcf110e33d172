import { type ChangeEvent, useEffect, useId, useRef } from "react";

import { useVariables } from "./variables";
import { t } from "../texts";
import { described, faults, type FieldProps, look } from "./props";

const text = (value: unknown): string => (value === undefined || value === null ? "" : String(value));

function common({ id, path, label, value, schema, onChange, problems, disabled }: FieldProps) {
  const wrong = faults(problems, path, true);
  return {
    id,
    ...described(id, wrong),
    "aria-label": label,
    value: text(value),
    disabled,
    className: look("form-control", wrong),
    placeholder: typeof schema.default === "string" ? schema.default : "",
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => onChange(event.target.value || undefined),
  };
}

/** A line of text. */
export function TextField(props: FieldProps) {
  return <input type="text" {...common(props)} />;
}

/** A line for those who write to machines: no corrections, no capitals. */
export function CodeField(props: FieldProps) {
  const given = common(props);
  return <input type="text" spellCheck={false} autoCapitalize="off" autoComplete="off" {...given} className={`${given.className} ed-code`} />;
}

/** The name of a variable; those the flow knows are offered. */
export function VariableField(props: FieldProps) {
  const offered = useId();
  const variables = useVariables();
  return (
    <>
      <CodeInput {...props} list={offered} />
      <datalist id={offered}>{variables.map((name) => <option key={name} value={name} />)}</datalist>
    </>
  );
}

function CodeInput({ list, ...props }: FieldProps & { list: string }) {
  const given = common(props);
  return <input type="text" spellCheck={false} autoCapitalize="off" autoComplete="off" list={list} {...given} className={`${given.className} ed-code`} />;
}

/** A text in which {{variables}} may stand. It grows with what is written. */
export function TemplateField(props: FieldProps & { rows?: number }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const given = common(props);
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [given.value]);
  return (
    <div className="ed-template">
      <textarea ref={area} rows={props.rows ?? 1} {...given} maxLength={props.schema.maxLength} />
      <Insert area={area} onChange={props.onChange} disabled={props.disabled ?? false} />
    </div>
  );
}

export function LongTemplateField(props: FieldProps) {
  return <TemplateField {...props} rows={5} />;
}

interface InsertProps {
  area: React.RefObject<HTMLTextAreaElement | null>;
  onChange: (value: unknown) => void;
  disabled: boolean;
}

function Insert({ area, onChange, disabled }: InsertProps) {
  const variables = useVariables();
  const insert = (name: string) => {
    const element = area.current;
    if (!element || !name) return;
    const { selectionStart, selectionEnd, value } = element;
    const written = `{{${name}}}`;
    onChange(value.slice(0, selectionStart) + written + value.slice(selectionEnd));
    requestAnimationFrame(() => {
      element.focus();
      element.setSelectionRange(selectionStart + written.length, selectionStart + written.length);
    });
  };
  return (
    <select className="ed-insert" value="" disabled={disabled} title={t("Insert a variable")} aria-label={t("Insert a variable")} onChange={(event) => insert(event.target.value)}>
      <option value="">{"{{ }}"}</option>
      {variables.map((name) => <option key={name} value={name}>{name}</option>)}
    </select>
  );
}

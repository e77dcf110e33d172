import { refresh, useCollection } from "../collections";
import { inLanguage } from "../model/gist";
import { useEditor } from "../store";
import { language, t } from "../texts";
import { described, faults, type FieldProps, look } from "./props";

const COLLECTIONS: Record<string, string> = { schedule: "schedules", list: "lists", prompt: "prompts", flow: "flows" };
const SHORT = 48;

/** One of the subscriber's schedules, lists, prompts or flows, by name. */
export function Picker({ id, path, schema, value, onChange, problems, label, required, disabled }: FieldProps) {
  const kind = COLLECTIONS[schema.widget ?? ""] ?? "";
  const items = useCollection(kind);
  const own = useEditor((state) => state.doc.name);
  const wrong = faults(problems, path, true);
  const present = typeof value === "string" ? value : "";
  const names = items.map((item) => String(item.name)).filter((name) => kind !== "flows" || name !== own);
  const picked = (
    <select
      id={id} className={look("form-select", wrong)} {...described(id, wrong)} aria-label={label} disabled={disabled} value={present}
      onFocus={() => void refresh(kind)} onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">{required ? t("Choose…") : t("None")}</option>
      {present && !names.includes(present) ? <option value={present}>{items.length ? t("{name} (not there)", { name: present }) : present}</option> : null}
      {items.filter((item) => names.includes(String(item.name))).map((item) => <option key={String(item.name)} value={String(item.name)}>{worded(item)}</option>)}
    </select>
  );
  if (kind !== "flows" || !names.includes(present)) return picked;
  return (
    <>
      {picked}
      <a className="ed-open" href={`/flows/${encodeURIComponent(present)}/edit`} target="_blank" rel="noreferrer">{t("Open “{name}” in a new tab", { name: present })}</a>
    </>
  );
}

function worded(item: Record<string, unknown>): string {
  const text = inLanguage(item.text as Record<string, string> | undefined, language());
  const name = String(item.name);
  return text ? `${name} · ${text.length > SHORT ? `${text.slice(0, SHORT)}…` : text}` : name;
}

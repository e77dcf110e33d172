import { Copy, Play, Trash2 } from "lucide-react";

import { Icon } from "../canvas/Icon";
import { duplicate } from "../clipboard";
import { fields, shown } from "../model/schema";
import { remove, setField, start, useEditor } from "../store";
import { t } from "../texts";
import type { Problem } from "../types";
import { ExitList } from "./ExitList";
import { Faults } from "./Faults";
import { Field } from "./Field";
import { useFieldFocus } from "./focus";
import { NameField } from "./NameField";

const NONE: Problem[] = [];

/** The chosen node: its name, its fields, where its exits lead, a note. */
export function NodePanel({ name }: { name: string }) {
  const node = useEditor((state) => state.doc.nodes[name]);
  const form = useEditor((state) => state.forms[node?.kind ?? ""]);
  const problems = useEditor((state) => state.problemsOf[name] ?? NONE);
  const starts = useEditor((state) => state.doc.start === name);
  const readonly = useEditor((state) => state.readonly);
  const panel = useFieldFocus(name);
  if (!node) return null;
  const properties = form ? fields(form).filter(([, field]) => shown(field, node, form.schema)) : [];
  const known = new Set([...properties.map(([field]) => field), "exits", "note"]);
  const loose = problems.filter((one) => !known.has(one.field.split(".")[0] ?? ""));
  return (
    <div className="ed-panel" ref={panel}>
      <header className="ed-panel-head">
        <span className={`ed-tile ed-group-${form?.group ?? "unknown"}`}><Icon name={form?.icon ?? "circle-help"} /></span>
        <h2>{form?.title ?? node.kind}</h2>
        <span className="ed-panel-tools">
          <button type="button" className="ed-tool" disabled={readonly || starts} aria-pressed={starts} title={t("Calls begin here")} aria-label={t("Calls begin here")} onClick={() => start(name)}><Play size={16} /></button>
          <button type="button" className="ed-tool" disabled={readonly} title={t("Duplicate")} aria-label={t("Duplicate")} onClick={() => duplicate()}><Copy size={16} /></button>
          <button type="button" className="ed-tool" disabled={readonly} title={t("Delete (can be undone)")} aria-label={t("Delete (can be undone)")} onClick={() => remove([name])}><Trash2 size={16} /></button>
        </span>
      </header>
      {form ? <details className="ed-help"><summary>{t("What this node does")}</summary><p>{form.help}</p></details> : null}
      {form ? null : <p className="alert alert-warning">{t("This system knows no node of the kind “{kind}”. It is kept as it is.", { kind: node.kind })}</p>}
      <div data-field="">{<Faults id="node" problems={loose} />}</div>
      <NameField key={name} name={name} disabled={readonly} />
      {properties.map(([field, schema]) => (
        <Field
          key={`${name}/${field}`} id={`field-${field}`} path={field} schema={schema} root={form?.schema ?? {}} value={node[field]} siblings={node} problems={problems}
          required={form?.schema.required?.includes(field) ?? false} disabled={readonly} onChange={(value) => setField(name, field, value)}
        />
      ))}
      <ExitList name={name} node={node} form={form} problems={problems} disabled={readonly} />
      <section className="ed-section" data-field="note">
        <label className="form-label" htmlFor="node-note">{t("Note")}</label>
        <textarea id="node-note" className="form-control" rows={2} maxLength={2000} value={node.note ?? ""} disabled={readonly} aria-describedby="node-note-help" onChange={(event) => setField(name, "note", event.target.value)} />
        <div id="node-note-help" className="form-text">{t("For colleagues; callers never hear it.")}</div>
      </section>
    </div>
  );
}

import { keys } from "../ordered";
import { focusOn, setOutline, start, useEditor } from "../store";
import { t } from "../texts";
import type { Problem } from "../types";
import { Faults } from "./Faults";
import { useFieldFocus } from "./focus";

const NONE: Problem[] = [];

/** The flow itself, shown while no node is chosen: where calls begin, its note, its nodes as a list. */
export function FlowPanel() {
  const doc = useEditor((state) => state.doc);
  const problems = useEditor((state) => state.problemsOf[""] ?? NONE);
  const readonly = useEditor((state) => state.readonly);
  const panel = useFieldFocus("");
  const names = keys(doc.nodes);
  return (
    <div className="ed-panel" ref={panel}>
      <header className="ed-panel-head"><h2>{t("This flow")}</h2></header>
      <Faults id="flow" problems={problems} />
      <div className="ed-field" data-field="start">
        <label className="form-label" htmlFor="flow-start">{t("Calls begin at")}</label>
        <select id="flow-start" className="form-select" value={doc.start} disabled={readonly} onChange={(event) => start(event.target.value)}>
          {Object.hasOwn(doc.nodes, doc.start) ? null : <option value={doc.start}>{doc.start || t("Choose…")}</option>}
          {names.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      </div>
      <div className="ed-field" data-field="note">
        <label className="form-label" htmlFor="flow-note">{t("Note")}</label>
        <textarea id="flow-note" className="form-control" rows={3} maxLength={2000} value={doc.note ?? ""} disabled={readonly} aria-describedby="flow-note-help" onChange={(event) => setOutline("note", event.target.value)} />
        <div id="flow-note-help" className="form-text">{t("What this flow is for, and what colleagues should know.")}</div>
      </div>
      <section className="ed-section">
        <h3>{t("Nodes ({count})", { count: names.length })}</h3>
        <ul className="ed-outline">
          {names.map((name) => <li key={name}><button type="button" className="btn btn-link" onClick={() => focusOn(name)}>{name}</button></li>)}
        </ul>
      </section>
    </div>
  );
}

import { ArrowRight, X } from "lucide-react";
import { useMemo, useState } from "react";

import type { Exit } from "../model/exits";
import { exitsOf } from "../model/exits";
import { keys } from "../ordered";
import { connect, focusOn, useEditor } from "../store";
import { t } from "../texts";
import type { NodeDoc, NodeForm, Problem } from "../types";
import { Faults } from "./Faults";
import { faults } from "./props";

interface Props {
  name: string;
  node: NodeDoc;
  form: NodeForm | undefined;
  problems: Problem[];
  disabled: boolean;
}

/** Where each exit leads: the whole flow can be drawn from here, without a mouse. */
export function ExitList({ name, node, form, problems, disabled }: Props) {
  const exits = useMemo(() => exitsOf(node, form, problems), [node, form, problems]);
  if (!exits.length && !form?.open_exits) return null;
  return (
    <section className="ed-section" aria-label={t("Where it leads")}>
      <h3>{t("Where it leads")}</h3>
      {exits.map((exit) => <ExitLine key={exit.name} name={name} exit={exit} problems={problems} disabled={disabled} />)}
      {form?.open_exits ? <NewExit name={name} exits={exits} disabled={disabled} /> : null}
    </section>
  );
}

function ExitLine({ name, exit, problems, disabled }: { name: string; exit: Exit; problems: Problem[]; disabled: boolean }) {
  const nodes = useEditor((state) => state.doc.nodes);
  const path = `exits.${exit.name}`;
  const id = `exit-${exit.name.replace(/\W/g, "_")}`;
  const wrong = faults(problems, path);
  const known = exit.target === null || Object.hasOwn(nodes, exit.target);
  return (
    <div className="ed-field ed-exit-line" data-field={path}>
      <label className="form-label" htmlFor={id}>
        <span className={`ed-mark is-${exit.unknown ? "unknown" : exit.target ? "wired" : exit.required ? "missing" : "open"}`} aria-hidden="true" />
        {exit.title}
      </label>
      <div className="ed-row">
        <select
          id={id} className={`form-select${wrong.some((one) => one.severity === "error") ? " is-invalid" : ""}`} disabled={disabled} value={exit.target ?? ""} aria-describedby={`${id}-help`}
          onChange={(event) => connect(name, exit.name, event.target.value || null)}
        >
          <option value="">{exit.required ? t("Leads nowhere yet") : t("Nowhere")}</option>
          {known ? null : <option value={exit.target ?? ""}>{t("{name} (not there)", { name: exit.target ?? "" })}</option>}
          {keys(nodes).map((other) => <option key={other} value={other}>{other}</option>)}
        </select>
        {exit.target && known ? (
          <button type="button" className="ed-tool" aria-label={t("Go to {name}", { name: exit.target })} onClick={() => focusOn(exit.target as string)}><ArrowRight size={15} /></button>
        ) : null}
        {exit.unknown ? (
          <button type="button" className="ed-tool" disabled={disabled} aria-label={t("Remove {name}", { name: exit.name })} onClick={() => connect(name, exit.name, null)}><X size={15} /></button>
        ) : null}
      </div>
      {exit.help ? <div id={`${id}-help`} className="form-text">{exit.help}</div> : null}
      <Faults id={id} problems={wrong} />
    </div>
  );
}

/** Names an exit of a node whose exits are named elsewhere. */
function NewExit({ name, exits, disabled }: { name: string; exits: Exit[]; disabled: boolean }) {
  const [exit, setExit] = useState("");
  const nodes = useEditor((state) => state.doc.nodes);
  const wanted = exit.trim();
  const taken = exits.some((one) => one.name === wanted);
  return (
    <div className="ed-field">
      <label className="form-label" htmlFor="exit-new">{t("Another exit")}</label>
      <div className="ed-row">
        <input id="exit-new" className={`form-control${taken ? " is-invalid" : ""}`} value={exit} disabled={disabled} maxLength={64} placeholder={t("Its name")} onChange={(event) => setExit(event.target.value)} />
        <select
          className="form-select" value="" disabled={disabled || !wanted || taken} aria-label={t("Where the new exit leads")}
          onChange={(event) => { connect(name, wanted, event.target.value); setExit(""); }}
        >
          <option value="">{t("Leads to…")}</option>
          {keys(nodes).map((other) => <option key={other} value={other}>{other}</option>)}
        </select>
      </div>
    </div>
  );
}

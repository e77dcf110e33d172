import { useEffect, useState } from "react";

import { nameFault } from "../model/edits";
import { renameNode, useEditor } from "../store";
import { t } from "../texts";

/** A node's name. It takes effect on Enter or when the field is left; wires and tests follow. */
export function NameField({ name, disabled }: { name: string; disabled: boolean }) {
  const [typed, setTyped] = useState(name);
  const doc = useEditor((state) => state.doc);
  useEffect(() => setTyped(name), [name]);
  const fault = typed === name ? "" : nameFault(typed.trim(), doc, name);
  const said = {
    "": "", empty: t("A node needs a name."), long: t("A name has 64 characters at most."),
    slash: t("A name has no “/”."), taken: t("Another node has this name."),
  }[fault];
  const rename = () => {
    if (fault) setTyped(name);
    else renameNode(name, typed.trim());
  };
  return (
    <div className="ed-field" data-field="name">
      <label className="form-label" htmlFor="node-name">{t("Name")}</label>
      <input
        id="node-name" type="text" className={`form-control${fault ? " is-invalid" : ""}`} value={typed} disabled={disabled} autoComplete="off" aria-describedby="node-name-wrong"
        onChange={(event) => setTyped(event.target.value)} onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === "Enter") rename();
          if (event.key === "Escape") setTyped(name);
        }}
      />
      <div id="node-name-wrong">{said ? <p className="ed-fault is-error">{said}</p> : null}</div>
    </div>
  );
}

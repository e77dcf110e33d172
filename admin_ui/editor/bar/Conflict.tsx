import { useMemo } from "react";

import { differing } from "../model/differing";
import { keepMine, takeTheirs, useSitting } from "../session";
import { useEditor } from "../store";
import { ago, t } from "../texts";

/** Somebody else saved this draft meanwhile: who, when, what differs, and three ways on. */
export function Conflict() {
  const save = useSitting((state) => state.save);
  const doc = useEditor((state) => state.doc);
  const theirs = save.phase === "conflict" ? save.theirs : null;
  const nodes = useMemo(() => (theirs ? differing(doc, theirs.draft) : []), [doc, theirs]);
  if (save.phase !== "conflict") return null;
  const who = theirs?.saved_by || t("Somebody else");
  const when = theirs?.saved_at ? ago(new Date(theirs.saved_at)) : t("just now");
  return (
    <div className="ed-notice is-warning" role="alertdialog" aria-label={t("Two people edit this flow")}>
      <div>
        <strong>{t("{who} saved this draft {when}.", { who, when })}</strong>{" "}
        {t("Your edits are kept here, not saved yet.")}{" "}
        {nodes.length ? t("Different: {nodes}.", { nodes: nodes.join(", ") }) : t("Both say the same.")}
      </div>
      <div className="ed-notice-acts">
        <button type="button" className="btn btn-sm btn-outline-secondary" onClick={takeTheirs} disabled={!theirs}>{t("Take theirs")}</button>
        <button type="button" className="btn btn-sm btn-outline-secondary" onClick={keepMine}>{t("Keep mine")}</button>
        <a className="btn btn-sm btn-outline-secondary" href={location.href} target="_blank" rel="noreferrer">{t("Open theirs in a new tab")}</a>
      </div>
    </div>
  );
}

import { Copy, Trash2 } from "lucide-react";

import { duplicate } from "../clipboard";
import { remove, useEditor } from "../store";
import { t } from "../texts";

/** Several nodes chosen at once. */
export function ManyPanel() {
  const selected = useEditor((state) => state.selected);
  const readonly = useEditor((state) => state.readonly);
  return (
    <div className="ed-panel">
      <header className="ed-panel-head"><h2>{t("{count} nodes chosen", { count: selected.size })}</h2></header>
      <p className="text-body-secondary">{t("Drag one to move them all. Copy and paste work between flows.")}</p>
      <div className="d-flex gap-2">
        <button type="button" className="btn btn-outline-secondary" disabled={readonly} onClick={() => duplicate()}><Copy size={15} aria-hidden="true" /> {t("Duplicate")}</button>
        <button type="button" className="btn btn-outline-danger" disabled={readonly} onClick={() => remove(selected)}><Trash2 size={15} aria-hidden="true" /> {t("Delete")}</button>
      </div>
    </div>
  );
}

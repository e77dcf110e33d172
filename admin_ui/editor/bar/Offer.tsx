import { discardCopy, restoreCopy, useSitting } from "../session";
import { ago, exactly, t } from "../texts";

/** Edits that never reached the server, from an earlier sitting in this browser. */
export function Offer() {
  const offered = useSitting((state) => state.offered);
  const revision = useSitting((state) => state.save.revision);
  if (!offered) return null;
  const at = new Date(offered.at);
  return (
    <div className="ed-notice is-info" role="status">
      <div title={exactly(at)}>
        <strong>{t("This browser kept edits of {when} that were not saved.", { when: ago(at) })}</strong>{" "}
        {offered.revision < revision ? t("The draft has been saved since; restoring puts your edits over it, and can be undone.") : t("Restoring them can be undone.")}
      </div>
      <div className="ed-notice-acts">
        <button type="button" className="btn btn-sm btn-primary" onClick={restoreCopy}>{t("Restore them")}</button>
        <button type="button" className="btn btn-sm btn-outline-secondary" onClick={discardCopy}>{t("Forget them")}</button>
      </div>
    </div>
  );
}

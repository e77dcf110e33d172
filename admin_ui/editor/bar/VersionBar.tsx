import { ChevronLeft, CircleHelp, ListChecks, LayoutGrid, Phone, Redo2, Search, Undo2, UploadCloud } from "lucide-react";

import { useSitting } from "../session";
import { arrange, redo, undo, useEditor } from "../store";
import { t } from "../texts";
import { showDock, toggleSide, useView } from "../view";
import { SaveStatus } from "./SaveStatus";
import { tally, tallyWords } from "./tally";

/** The bar on top: what is open, whether it is saved, what is wrong with it, and what can be done with it. */
export function VersionBar({ narrow }: { narrow: boolean }) {
  const name = useEditor((state) => state.doc.name || state.flow);
  const published = useSitting((state) => state.published);
  const readonly = useEditor((state) => state.readonly);
  const old = useEditor((state) => Boolean(state.compared?.after));
  const side = useView((state) => state.side);
  return (
    <header className="ed-bar">
      <a className="ed-tool" href="/flows" aria-label={t("All flows")} title={t("All flows")}><ChevronLeft size={18} /></a>
      <h1>{name}</h1>
      <span className="ed-version">{published ? t("Version {version} takes calls", { version: published }) : t("Not published yet")}</span>
      <SaveStatus />
      <ProblemCount />
      <span className="ed-grow" />
      {narrow || readonly || old ? null : <Tools />}
      <button type="button" className={`btn btn-sm btn-outline-secondary ed-test${side === "phone" ? " active" : ""}`} aria-pressed={side === "phone"} onClick={() => toggleSide("phone")}>
        <Phone size={15} aria-hidden="true" /> {t("Test")}
      </button>
      {narrow ? null : (
        <button type="button" className="btn btn-sm btn-primary" aria-pressed={side === "versions"} onClick={() => toggleSide("versions")}>
          <UploadCloud size={15} aria-hidden="true" /> {readonly ? t("Versions") : t("Publish")}
        </button>
      )}
    </header>
  );
}

function ProblemCount() {
  const problems = useEditor((state) => state.problems);
  const found = tally(problems);
  return (
    <button type="button" className={`ed-count ${found.errors ? "is-error" : problems.length ? "is-warning" : "is-fine"}`} onClick={() => showDock("problems")}>
      <ListChecks size={15} aria-hidden="true" /> <span aria-live="polite">{tallyWords(found)}</span>
    </button>
  );
}

function Tools() {
  const undoable = useEditor((state) => state.past.length > 0);
  const redoable = useEditor((state) => state.future.length > 0);
  const tools = [
    { label: t("Undo (Ctrl Z)"), Sign: Undo2, act: undo, off: !undoable },
    { label: t("Redo (Ctrl Y)"), Sign: Redo2, act: redo, off: !redoable },
    { label: t("Arrange the nodes"), Sign: LayoutGrid, act: arrange, off: false },
    { label: t("Search this flow (Ctrl F)"), Sign: Search, act: () => useView.setState({ search: true }), off: false },
    { label: t("Keys and help (?)"), Sign: CircleHelp, act: () => useView.setState({ help: true }), off: false },
  ];
  return (
    <span className="ed-tools" role="toolbar" aria-label={t("Edit")}>
      {tools.map(({ label, Sign, act, off }) => (
        <button key={label} type="button" className="ed-tool" disabled={off} aria-label={label} title={label} onClick={act}><Sign size={17} /></button>
      ))}
    </span>
  );
}

import { X } from "lucide-react";
import { useEffect, useRef } from "react";

import { t } from "../texts";
import { useView } from "../view";

/** The keys, and how to draw. */
export function Help() {
  const open = useView((state) => state.help);
  return open ? <HelpSheet close={() => useView.setState({ help: false })} /> : null;
}

function HelpSheet({ close }: { close: () => void }) {
  const sheet = useRef<HTMLDialogElement>(null);
  useEffect(() => sheet.current?.showModal?.(), []);
  const lines: [string, string][] = [
    ["Ctrl Z", t("Undo")], ["Ctrl Y", t("Redo")],
    ["Ctrl C / X / V", t("Copy, cut, paste nodes, between flows too")],
    ["Ctrl D", t("Duplicate")], ["Ctrl A", t("Choose all nodes")], ["Del", t("Delete what is chosen")],
    ["F2", t("Rename the node")], ["Ctrl F", t("Search this flow")], ["/", t("Find a kind of node to add")],
    ["Ctrl S", t("Save at once")], ["Tab", t("Go from node to node")], ["← ↑ → ↓", t("Move the chosen nodes")],
    [t("Shift + drag"), t("Choose nodes by a frame")], ["Esc", t("Let go")], ["?", t("This help")],
  ];
  return (
    <dialog ref={sheet} className="ed-sheet" aria-label={t("Keys and help")} onClose={close} onClick={(event) => event.target === sheet.current && sheet.current?.close()}>
      <header className="ed-drawer-head">
        <h2>{t("Keys and help")}</h2>
        <button type="button" className="ed-tool" aria-label={t("Close")} onClick={() => sheet.current?.close()}><X size={17} /></button>
      </header>
      <p>{t("Drag a node from the left, or press Enter on it: it comes after the chosen node. Pull a wire from a dot to the next node, or let it go on the empty canvas to add one there. Every exit can also be led from the panel on the right.")}</p>
      <dl className="ed-keys">
        {lines.map(([key, meaning]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{meaning}</dd></div>)}
      </dl>
    </dialog>
  );
}

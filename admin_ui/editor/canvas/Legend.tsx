import { Panel } from "@xyflow/react";
import { Minus, Pencil, Plus } from "lucide-react";

import { counts } from "../model/comparison";
import { drawn, useEditor } from "../store";
import { t } from "../texts";
import { apartOf } from "./state";

/** What the signs of two compared versions mean, and how often each is on the canvas. */
export function Legend() {
  const compared = useEditor((state) => state.compared);
  const apart = useEditor(apartOf);
  const after = useEditor(drawn);
  if (!compared || !apart) return null;
  const found = counts(compared, apart.wires, after);
  const nodes = [
    { kind: "added", Sign: Plus, count: found.added, words: t("Added node") },
    { kind: "changed", Sign: Pencil, count: found.changed, words: t("Changed node") },
    { kind: "removed", Sign: Minus, count: found.removed, words: t("Removed node") },
  ];
  const wires = [
    { kind: "added", sign: "+", count: found.wiresAdded, words: t("New connection") },
    { kind: "removed", sign: "×", count: found.wiresRemoved, words: t("Removed connection") },
  ];
  const none = [...nodes, ...wires].every(({ count }) => !count);
  return (
    <Panel position="top-center" className="ed-legend" role="note" aria-label={t("What is drawn")}>
      <strong>{compared.title}</strong>
      {compared.after ? <p>{t("This is a published version: it is only read here. Close the comparison to go on with the draft.")}</p> : null}
      {none ? <p>{t("Nothing on the canvas differs.")}</p> : null}
      <ul>
        {nodes.filter(({ count }) => count).map(({ kind, Sign, count, words }) => (
          <li key={kind}><span className={`ed-key-node is-${kind}`}><Sign size={12} aria-hidden="true" /></span>{words}<b>{count}</b></li>
        ))}
        {wires.filter(({ count }) => count).map(({ kind, sign, count, words }) => (
          <li key={`wire ${kind}`}><span className={`ed-key-wire is-${kind}`} aria-hidden="true">{sign}</span>{words}<b>{count}</b></li>
        ))}
      </ul>
    </Panel>
  );
}

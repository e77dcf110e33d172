import { ArrowLeftToLine, ArrowRightToLine } from "lucide-react";
import { useMemo, useState } from "react";
import { useReactFlow } from "@xyflow/react";

import { exitsOf } from "../model/exits";
import { WIDTH } from "../model/layout";
import { addKind, placeOf, useEditor } from "../store";
import { t } from "../texts";
import type { NodeForm } from "../types";
import { useView } from "../view";
import { DRAGGED_KIND } from "./Canvas";
import { grouped } from "./groups";
import { Icon } from "./Icon";
import { useMedia } from "./theme";

/** The kinds of nodes: dragged to the canvas, or chosen to come after the chosen node. */
export function Palette() {
  const forms = useEditor((state) => state.forms);
  const [filter, setFilter] = useState("");
  const [chosen, setChosen] = useState<boolean | null>(null);
  const side = useView((state) => state.side);
  const small = useMedia("(max-width: 1279.98px)");
  const folded = chosen ?? (small || side !== null); // the canvas needs the room, unless somebody wants otherwise
  const groups = useMemo(() => grouped(forms, filter), [forms, filter]);
  const add = useAdd();
  const Fold = folded ? ArrowRightToLine : ArrowLeftToLine;
  return (
    <aside className={`ed-palette${folded ? " is-folded" : ""}`} aria-label={t("Nodes")}>
      <div className="ed-palette-head">
        {folded ? null : (
          <input
            type="search" className="form-control form-control-sm" id="palette-filter" value={filter} placeholder={t("Find a node")} aria-label={t("Find a node")}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && groups[0]?.forms[0] && add(groups[0].forms[0])}
          />
        )}
        <button type="button" className="ed-tool" aria-expanded={!folded} aria-label={folded ? t("Show the nodes' names") : t("Hide the nodes' names")} onClick={() => setChosen(!folded)}>
          <Fold size={16} />
        </button>
      </div>
      <div className="ed-palette-list">
        {groups.map((group) => (
          <section key={group.name} aria-label={group.title}>
            {folded ? null : <h2>{group.title}</h2>}
            {group.forms.map((form) => (
              <button
                key={form.kind} type="button" className={`ed-kind ed-group-${form.group}`} title={form.help} aria-label={form.title} draggable
                data-kind={form.kind}
                onDragStart={(event) => {
                  event.dataTransfer.setData(DRAGGED_KIND, form.kind);
                  event.dataTransfer.effectAllowed = "copy";
                }}
                onClick={() => add(form)}
              >
                <span className="ed-tile"><Icon name={form.icon} /></span>
                {folded ? null : <span>{form.title}</span>}
              </button>
            ))}
          </section>
        ))}
        {groups.length ? null : <p className="ed-none">{t("No node is called that.")}</p>}
      </div>
    </aside>
  );
}

/** Adds a node: after the chosen one, wired to the first exit that must lead somewhere, else in the middle of what is seen. */
function useAdd(): (form: NodeForm) => void {
  const { screenToFlowPosition } = useReactFlow();
  return (form) => {
    const { doc, forms, selected, problemsOf } = useEditor.getState();
    const [chosen] = selected.size === 1 ? [...selected] : [];
    const node = chosen === undefined ? undefined : doc.nodes[chosen];
    if (chosen !== undefined && node) {
      const exit = exitsOf(node, forms[node.kind], problemsOf[chosen]).find((one) => one.required && !one.target && !one.unknown);
      const [x, y] = placeOf(chosen);
      addKind(form.kind, [x + WIDTH + 96, y], exit ? { node: chosen, exit: exit.name } : null);
      return;
    }
    const canvas = document.querySelector(".ed-canvas")?.getBoundingClientRect();
    const middle = { x: (canvas?.left ?? 0) + (canvas?.width ?? 800) / 2, y: (canvas?.top ?? 0) + (canvas?.height ?? 600) / 2 };
    const { x, y } = screenToFlowPosition(middle);
    addKind(form.kind, [x - WIDTH / 2, y - 40]);
  };
}

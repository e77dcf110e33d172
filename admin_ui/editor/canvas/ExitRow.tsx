import { Handle, Position } from "@xyflow/react";

import { edgeId } from "../model/graph";
import type { Exit } from "../model/exits";
import { drawn, useEditor } from "../store";
import { t } from "../texts";
import { glowOf } from "./state";

/** An exit as a labelled dot: filled when it leads somewhere, hollow and amber when it must and does not. */
export function ExitRow({ node, exit }: { node: string; exit: Exit }) {
  const leads = useEditor((state) => exit.target !== null && Object.hasOwn(drawn(state).nodes, exit.target));
  const walked = useEditor((state) => glowOf(state.path, state.doc.name || state.flow).exits.has(edgeId(node, exit.name)));
  const state = exit.unknown ? "unknown" : leads ? "wired" : exit.required || exit.target !== null ? "missing" : "open";
  return (
    <li className={`ed-exit is-${state}${walked ? " is-walked" : ""}`}>
      <span className="ed-exit-name" title={exit.help}>
        {exit.title}
        {state === "missing" ? <span className="visually-hidden">{t("leads nowhere")}</span> : null}
      </span>
      <Handle type="source" id={exit.name} position={Position.Right} className="ed-dot" isConnectableEnd={false} />
    </li>
  );
}

/** An exit that only the version before had, so that its wire can be drawn. */
export function GoneExit({ name, title }: { name: string; title: string }) {
  return (
    <li className="ed-exit is-gone">
      <del className="ed-exit-name">{title}</del>
      <Handle type="source" id={name} position={Position.Right} className="ed-dot" isConnectable={false} />
    </li>
  );
}

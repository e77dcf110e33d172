import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";

import { useSpoken } from "../collections";
import { nameOfGhost } from "../model/comparison";
import { exitTitle } from "../model/exits";
import { gist } from "../model/gist";
import { type BoxNode, INPUT } from "../model/graph";
import { keys } from "../ordered";
import { useEditor } from "../store";
import { language } from "../texts";
import { DifferenceMark } from "./DifferenceMark";
import { GoneExit } from "./ExitRow";
import { Icon } from "./Icon";

/** A node that is gone, where it stood: dashed and struck. */
export const Ghost = memo(function Ghost({ id }: NodeProps<BoxNode>) {
  const name = nameOfGhost(id);
  const node = useEditor((state) => (state.compared ? (state.compared.before ?? state.doc).nodes[name] : undefined));
  const form = useEditor((state) => state.forms[node?.kind ?? ""]);
  const spoken = useSpoken();
  if (!node) return null;
  const matters = gist(node, form, language(), spoken);
  const exits = keys(node.exits ?? {});
  return (
    <div className={`ed-box is-ghost ed-group-${form?.group ?? "unknown"}`}>
      <Handle type="target" id={INPUT} position={Position.Left} className="ed-in" isConnectable={false} />
      <header className="ed-box-head">
        <span className="ed-tile"><Icon name={form?.icon ?? "circle-help"} /></span>
        <span className="ed-box-names">
          <del className="ed-box-name" title={name}>{name}</del>
          <span className="ed-box-kind">{form?.title ?? node.kind}</span>
        </span>
      </header>
      <DifferenceMark node={name} difference="removed" />
      {matters ? <p className="ed-gist">{matters}</p> : null}
      {exits.length ? <ul className="ed-exits">{exits.map((exit) => <GoneExit key={exit} name={exit} title={exitTitle(node, form, exit)} />)}</ul> : null}
    </div>
  );
});

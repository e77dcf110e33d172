import { Handle, type NodeProps, Position, useUpdateNodeInternals } from "@xyflow/react";
import { MessageSquareText, Play } from "lucide-react";
import { memo, useEffect, useMemo, useRef } from "react";

import { useSpoken } from "../collections";
import { exitTitle, exitsOf } from "../model/exits";
import { gist } from "../model/gist";
import { type BoxNode, INPUT } from "../model/graph";
import { drawn, useEditor } from "../store";
import { language, t } from "../texts";
import type { Problem } from "../types";
import { DifferenceMark } from "./DifferenceMark";
import { ExitRow, GoneExit } from "./ExitRow";
import { Icon } from "./Icon";
import { ProblemBadge } from "./ProblemBadge";
import { useCovered, useDifference, useGoneExits, useWalked } from "./state";

const NONE: Problem[] = [];

/** Has React Flow find the dots again when the exits change. The first time it does so by itself, for all at once. */
function useMeasuredAgain(id: string, exits: string): void {
  const measure = useUpdateNodeInternals();
  const measured = useRef(exits);
  useEffect(() => {
    if (measured.current === exits) return;
    measured.current = exits;
    measure(id);
  }, [measure, id, exits]);
}

/** One node on the canvas. It reads the store by its name, so that dragging another one does not draw it again. */
export const Box = memo(function Box({ id, selected }: NodeProps<BoxNode>) {
  const node = useEditor((state) => drawn(state).nodes[id]);
  const form = useEditor((state) => state.forms[node?.kind ?? ""]);
  const problems = useEditor((state) => (state.compared?.after ? NONE : (state.problemsOf[id] ?? NONE)));
  const starts = useEditor((state) => drawn(state).start === id);
  const spoken = useSpoken();
  const walked = useWalked(id);
  const difference = useDifference(id);
  const covered = useCovered(id);
  const exits = useMemo(
    () => (node ? exitsOf(node, form, problems).filter((exit) => !exit.common || exit.target !== null) : []),
    [node, form, problems],
  );
  const gone = useGoneExits(id).filter((name) => !exits.some((exit) => exit.name === name));
  const names = [...exits.map((exit) => exit.name), ...gone].join("\n");
  useMeasuredAgain(id, names);
  if (!node) return null;

  const matters = gist(node, form, language(), spoken);
  const classes = ["ed-box", `ed-group-${form?.group ?? "unknown"}`];
  if (selected) classes.push("is-selected");
  if (walked) classes.push(`is-${walked}`);
  if (difference) classes.push(`is-${difference}`);
  if (covered === 0) classes.push("is-uncovered");
  return (
    <div className={classes.join(" ")}>
      <Handle type="target" id={INPUT} position={Position.Left} className="ed-in" isConnectableStart={false} />
      <header className="ed-box-head">
        <span className="ed-tile"><Icon name={form?.icon ?? "circle-help"} /></span>
        <span className="ed-box-names">
          <span className="ed-box-name" title={id}>{id}</span>
          <span className="ed-box-kind">{form?.title ?? node.kind}</span>
        </span>
        {node.note ? <span className="ed-box-note" title={node.note}><MessageSquareText size={16} aria-label={t("Note: {note}", { note: node.note })} /></span> : null}
        <ProblemBadge problems={problems} />
      </header>
      {starts ? <span className="ed-start"><Play size={11} aria-hidden="true" />{t("Begin")}</span> : null}
      <DifferenceMark node={id} difference={difference} />
      {covered !== null && !difference ? <span className="ed-covered">{covered ? t("{times}× tested", { times: covered }) : t("not tested")}</span> : null}
      {matters ? <p className="ed-gist">{matters}</p> : null}
      {exits.length || gone.length ? (
        <ul className="ed-exits">
          {exits.map((exit) => <ExitRow key={exit.name} node={id} exit={exit} />)}
          {gone.map((name) => <GoneExit key={name} name={name} title={exitTitle(node, form, name)} />)}
        </ul>
      ) : null}
    </div>
  );
});

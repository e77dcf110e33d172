import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";

import type { WireEdge } from "../model/graph";

/** What stands on a wire that came or went: it is told without its colour too. */
const SIGNS: Record<string, string> = { added: "+", removed: "×" };
const PADDING: [number, number] = [6, 1];

/** A wire from an exit to a node. */
export const Wire = memo(function Wire(props: EdgeProps<WireEdge>) {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, markerEnd, selected } = props;
  const [path, labelX, labelY] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const classes = `ed-wire${data?.state ? ` is-${data.state}` : ""}${selected ? " is-selected" : ""}`;
  const sign = SIGNS[data?.state ?? ""];
  return (
    <BaseEdge
      id={props.id} path={path} className={classes} interactionWidth={18} {...(markerEnd ? { markerEnd } : {})}
      {...(sign ? { label: sign, labelX, labelY, labelBgPadding: PADDING, labelBgBorderRadius: 9 } : {})}
    />
  );
});

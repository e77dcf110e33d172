import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";

import type { WireEdge } from "../model/graph";

/** A wire from an exit to a node. */
export const Wire = memo(function Wire(props: EdgeProps<WireEdge>) {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, markerEnd, selected } = props;
  const [path] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const classes = `ed-wire${data?.state ? ` is-${data.state}` : ""}${selected ? " is-selected" : ""}`;
  return <BaseEdge id={props.id} path={path} className={classes} interactionWidth={18} {...(markerEnd ? { markerEnd } : {})} />;
});

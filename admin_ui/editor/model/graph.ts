/** A flow document as React Flow's nodes and edges. Nothing is read back from them but positions. */

import type { Edge, Node } from "@xyflow/react";

import { entries } from "../ordered";
import type { FlowDoc, Forms } from "../types";
import type { Places } from "./edits";
import { written } from "./layout";

/** A node of the flow, or of the version before that is gone ("ghost"). */
export type BoxNode = Node<Record<string, never>, "box" | "ghost">;
export type WireEdge = Edge<{ exit: string; state: string }, "wire">;

export const INPUT = "in";
const NOTHING: Record<string, never> = {};

export const edgeId = (node: string, exit: string): string => `${node}/${exit}`;

/** The nodes; one that did not move stays the same object, so that it is not drawn again. */
export function boxes(doc: FlowDoc, places: Places, selected: ReadonlySet<string>, forms: Forms, before: BoxNode[]): BoxNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return entries(doc.nodes).map(([name, node]) => {
    const [x, y] = written(node) ?? places[name] ?? [0, 0];
    const old = known.get(name);
    const chosen = selected.has(name);
    const ariaLabel = `${name}, ${forms[node.kind]?.title ?? node.kind}`;
    if (old && old.ariaLabel === ariaLabel && old.position.x === x && old.position.y === y && Boolean(old.selected) === chosen) return old;
    return { ...(old ?? { data: NOTHING }), id: name, type: "box" as const, position: { x, y }, selected: chosen, ariaLabel };
  });
}

/** The edges: every wire that leads from a node to one that exists. */
export function wires(doc: FlowDoc, stateOf: (node: string, exit: string) => string, before: WireEdge[]): WireEdge[] {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const made: WireEdge[] = [];
  for (const [source, node] of entries(doc.nodes)) {
    for (const [exit, target] of entries(node.exits ?? {})) {
      if (!Object.hasOwn(doc.nodes, target)) continue;
      const id = edgeId(source, exit);
      const state = stateOf(source, exit);
      const old = known.get(id);
      if (old && old.target === target && old.data?.state === state) made.push(old);
      else {
        const edge = { id, type: "wire" as const, source, target, sourceHandle: exit, targetHandle: INPUT, data: { exit, state } };
        made.push(old ? { ...old, ...edge } : edge);
      }
    }
  }
  return made;
}

/** Where nodes are drawn: as the document says, else laid out from left to right by dagre. */

import { Graph, layout as arrange } from "@dagrejs/dagre";

import { entries } from "../ordered";
import type { FlowDoc, Forms, NodeDoc } from "../types";
import type { Place, Places } from "./edits";
import { exitsOf } from "./exits";

export const WIDTH = 248;
const HEAD = 58;
const GIST = 46;
const EXITS = 13;
const ROW = 26;
const GRID = 8;

/** About how high a node is drawn. */
export function heightOf(node: NodeDoc, forms: Forms): number {
  const drawn = exitsOf(node, forms[node.kind]).filter((exit) => !exit.common || exit.target !== null);
  return HEAD + GIST + (drawn.length ? EXITS + ROW * drawn.length : 0);
}

/** Lay the whole flow out. */
export function layout(doc: FlowDoc, forms: Forms): Places {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 72, edgesep: 16, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  const nodes = entries(doc.nodes).sort(([one], [other]) => Number(other === doc.start) - Number(one === doc.start));
  for (const [name, node] of nodes) graph.setNode(name, { width: WIDTH, height: heightOf(node, forms) });
  for (const [name, node] of nodes) {
    for (const [exit, target] of entries(node.exits ?? {})) {
      if (Object.hasOwn(doc.nodes, target) && target !== name) graph.setEdge(name, target, { weight: 1 }, exit);
    }
  }
  arrange(graph);
  return Object.fromEntries(nodes.map(([name, node]) => [name, corner(graph.node(name), heightOf(node, forms))]));
}

function corner(middle: { x?: number; y?: number }, height: number): Place {
  const snap = (value: number) => Math.round(value / GRID) * GRID;
  return [snap((middle.x ?? 0) - WIDTH / 2), snap((middle.y ?? 0) - height / 2)];
}

/** The place the document gives a node, else null. */
export function written(node: NodeDoc | undefined): Place | null {
  const at: unknown = node?.at;
  if (!Array.isArray(at) || at.length !== 2) return null;
  return at.every((part) => typeof part === "number" && Number.isFinite(part)) ? (at as Place) : null;
}

/** Places for the nodes the document gives none; those known already stay where they are. */
export function unwritten(doc: FlowDoc, forms: Forms, known: Places = {}): Places {
  const missing = entries(doc.nodes).filter(([name, node]) => !written(node) && !known[name]);
  if (!missing.length) return known;
  const all = layout(doc, forms);
  const below = Math.max(0, ...entries(doc.nodes).map(([, node]) => (written(node)?.[1] ?? -200) + 200));
  const some = entries(doc.nodes).some(([, node]) => written(node));
  const placed = missing.map(([name]) => {
    const [x, y] = all[name] ?? [0, 0];
    return [name, some ? [x, y + below] : [x, y]] as [string, Place];
  });
  return { ...known, ...Object.fromEntries(placed) };
}

/** A free place near a wanted one, so that no node hides another. */
export function free(wanted: Place, taken: Place[]): Place {
  let [x, y] = wanted;
  while (taken.some(([left, top]) => Math.abs(left - x) < WIDTH / 2 && Math.abs(top - y) < HEAD)) {
    y += HEAD + ROW * 2;
  }
  return [Math.round(x), Math.round(y)];
}

/** Two versions of a flow on one canvas: what came and what went is drawn, in its place of then. */

import { entries, keys } from "../ordered";
import type { Comparison, FlowDoc, Forms } from "../types";
import type { Place, Places } from "./edits";
import { type BoxNode, edgeId, INPUT, type WireEdge } from "./graph";
import { heightOf, unwritten, WIDTH, written } from "./layout";

export interface Wiring {
  source: string;
  exit: string;
  target: string;
}

/** The wires that came, by edge, and those that went; ends that are gone are ghosts. */
export interface Rewired {
  added: ReadonlySet<string>;
  removed: Wiring[];
  /** Exits that only the version before had, by node. */
  gone: Readonly<Record<string, string[]>>;
}

const GHOST = "//"; // no node's name has it

export const ghostOf = (name: string): string => GHOST + name;
export const isGhost = (id: string): boolean => id.startsWith(GHOST);
export const nameOfGhost = (id: string): string => id.slice(GHOST.length);

function wiresOf(doc: FlowDoc, called: (name: string) => string): Wiring[] {
  return entries(doc.nodes).flatMap(([name, node]) =>
    entries(node.exits ?? {})
      .filter(([, target]) => Object.hasOwn(doc.nodes, target))
      .map(([exit, target]) => ({ source: called(name), exit, target: called(target) })),
  );
}

/** Which wires differ. A node that was renamed keeps its wires. */
export function rewired({ diff }: Comparison, before: FlowDoc, after: FlowDoc): Rewired {
  const now = new Map(Object.entries(diff.renamed ?? {}).map(([name, old]) => [old, name]));
  const gone = new Set(diff.removed);
  const called = (name: string) => (gone.has(name) ? ghostOf(name) : (now.get(name) ?? name));
  const [old, present] = [wiresOf(before, called), wiresOf(after, (name) => name)];
  const known = (all: Wiring[]) => new Set(all.map(({ source, exit, target }) => `${edgeId(source, exit)}\n${target}`));
  const has = (all: Set<string>, { source, exit, target }: Wiring) => all.has(`${edgeId(source, exit)}\n${target}`);
  const [were, are] = [known(old), known(present)];
  const drawn = (id: string) => isGhost(id) || Object.hasOwn(after.nodes, id);
  const lost: Record<string, string[]> = {};
  const removed = old.filter((one) => !has(are, one) && drawn(one.source) && drawn(one.target));
  for (const { source, exit } of removed) {
    if (!isGhost(source) && !Object.hasOwn(after.nodes[source]?.exits ?? {}, exit)) (lost[source] ??= []).push(exit);
  }
  return {
    added: new Set(present.filter((one) => !has(were, one)).map(({ source, exit }) => edgeId(source, exit))),
    removed,
    gone: lost,
  };
}

/** Where the nodes that are gone stood; one that another node stands on now moves up or down, as little as it can. */
export function ghostPlaces(removed: string[], before: FlowDoc, after: FlowDoc, forms: Forms, drawn: Places): Places {
  const places = unwritten(before, forms, drawn);
  const taken = entries(after.nodes).map(([name, node]) => boxOf(drawn[name] ?? [0, 0], heightOf(node, forms)));
  const found: Places = {};
  for (const name of removed) {
    const node = before.nodes[name];
    if (!node) continue;
    const old = boxOf(written(node) ?? places[name] ?? [0, 0], heightOf(node, forms));
    const [up, down] = [aside(old, taken, -1), aside(old, taken, 1)];
    const spot = old.y - up.y < down.y - old.y ? up : down;
    taken.push(spot);
    found[name] = [spot.x, spot.y];
  }
  return found;
}

interface Stand {
  x: number;
  y: number;
  height: number;
}

const GAP = 32; // for the mark on its edge

const boxOf = ([x, y]: Place, height: number): Stand => ({ x, y, height });

/** A box moved up (-1) or down (1) until it stands on nobody. */
function aside(box: Stand, taken: Stand[], way: -1 | 1): Stand {
  const hit = taken.find((one) => Math.abs(one.x - box.x) < WIDTH && box.y < one.y + one.height + GAP && one.y < box.y + box.height + GAP);
  if (!hit) return box;
  return aside({ ...box, y: way < 0 ? hit.y - box.height - GAP : hit.y + hit.height + GAP }, taken, way);
}

const STILL = { draggable: false, selectable: false, connectable: false, deletable: false } as const;
const NOTHING: Record<string, never> = {};

/** The nodes that are gone, as boxes; `said` names one for screen readers. What React Flow measured of them is kept. */
export function ghostBoxes(places: Places, said: (name: string) => string, before: BoxNode[] = []): BoxNode[] {
  return Object.entries(places).map(([name, [x, y]]) => {
    const id = ghostOf(name);
    const old = before.find((box) => box.id === id);
    return { ...(old ?? { data: NOTHING }), ...STILL, id, type: "ghost" as const, position: { x, y }, zIndex: -1, ariaLabel: said(name) };
  });
}

/** The wires that are gone. */
export function ghostWires({ removed }: Rewired): WireEdge[] {
  return removed.map(({ source, exit, target }) => ({
    id: `${GHOST}${edgeId(source, exit)}`, type: "wire" as const, source, target, sourceHandle: exit, targetHandle: INPUT,
    data: { exit: "", state: "removed" }, selectable: false, reconnectable: false, deletable: false, focusable: false,
  }));
}

/** How many nodes and wires a legend has to explain. */
export interface Counts {
  added: number;
  changed: number;
  removed: number;
  wiresAdded: number;
  wiresRemoved: number;
}

export function counts({ diff }: Comparison, wires: Rewired, after: FlowDoc): Counts {
  const differing = new Set([...Object.keys(diff.changed), ...Object.keys(diff.renamed ?? {})]);
  return {
    added: diff.added.length,
    changed: keys(after.nodes).filter((name) => differing.has(name)).length,
    removed: diff.removed.length,
    wiresAdded: wires.added.size,
    wiresRemoved: wires.removed.length,
  };
}

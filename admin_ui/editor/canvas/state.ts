/** What the canvas draws beside the document: the running path, the tests' coverage, the difference of two versions. */

import { useMemo } from "react";

import { ghostPlaces, rewired, type Rewired } from "../model/comparison";
import type { Places } from "../model/edits";
import { edgeId } from "../model/graph";
import { written } from "../model/layout";
import { entries } from "../ordered";
import { drawn, drawnPlaces, type EditorState, useEditor } from "../store";
import type { Comparison, FlowDoc, Step } from "../types";

export interface Glow {
  nodes: Set<string>;
  exits: Set<string>;
  current: string;
}

let kept: { path: Step[]; flow: string; glow: Glow } | null = null;

/** The nodes and exits of this flow that the running path came by. */
export function glowOf(path: Step[], flow: string): Glow {
  if (kept?.path === path && kept.flow === flow) return kept.glow;
  const own = path.filter((step) => step.flow === flow);
  const glow = {
    nodes: new Set(own.map((step) => step.node)),
    exits: new Set(own.filter((step) => step.exit).map((step) => edgeId(step.node, step.exit))),
    current: own.at(-1)?.node ?? "",
  };
  kept = { path, flow, glow };
  return glow;
}

/** "", "walked" or "current": where the running path is, for a node. */
export function useWalked(name: string): string {
  return useEditor(({ path, flow, doc }) => {
    const glow = glowOf(path, doc.name || flow);
    return glow.current === name ? "current" : glow.nodes.has(name) ? "walked" : "";
  });
}

/** "", "added" or "changed": what a shown difference says of a node. */
export function useDifference(name: string): string {
  return useEditor(({ compared }) => {
    if (!compared) return "";
    const { diff } = compared;
    if (diff.added.includes(name)) return "added";
    return Object.hasOwn(diff.changed, name) || Object.hasOwn(diff.renamed ?? {}, name) ? "changed" : "";
  });
}

/** What two compared versions draw beside the document: wires that came and went, and nodes that are gone. */
export interface Apart {
  wires: Rewired;
  ghosts: Places;
}

let last: { compared: Comparison; before: FlowDoc; after: FlowDoc; places: Places; apart: Apart } | null = null;

/** What is drawn of the comparison; null for none. The same as before for as long as nothing of it changed. */
export function apartOf(state: EditorState): Apart | null {
  const { compared } = state;
  if (!compared) return null;
  const [before, after, places] = [compared.before ?? state.doc, drawn(state), drawnPlaces(state)];
  if (last?.compared === compared && last.before === before && last.after === after && last.places === places) return last.apart;
  const stand = Object.fromEntries(entries(after.nodes).map(([name, node]) => [name, written(node) ?? places[name] ?? [0, 0]])) as Places;
  const gone = compared.diff.removed.filter((name) => Object.hasOwn(before.nodes, name));
  const apart = { wires: rewired(compared, before, after), ghosts: ghostPlaces(gone, before, after, state.forms, stand) };
  last = { compared, before, after, places, apart };
  return apart;
}

const NONE: string[] = [];

/** The exits a node had in the version before, and has no more. */
export function useGoneExits(name: string): string[] {
  return useEditor((state) => apartOf(state)?.wires.gone[name] ?? NONE);
}

/** How often the tests came by a node; null when no coverage is shown. */
export function useCovered(name: string): number | null {
  return useEditor(({ coverage }) => (coverage ? (coverage.nodes[name] ?? 0) : null));
}

/** Says how an exit's wire is drawn: "added", "walked", "covered", "uncovered" or "". */
export function useWireState(): (node: string, exit: string) => string {
  const path = useEditor((state) => state.path);
  const coverage = useEditor((state) => state.coverage);
  const flow = useEditor((state) => state.doc.name || state.flow);
  const came = useEditor((state) => apartOf(state)?.wires.added);
  return useMemo(() => {
    const glow = glowOf(path, flow);
    return (node, exit) => {
      if (came) return came.has(edgeId(node, exit)) ? "added" : "";
      if (glow.exits.has(edgeId(node, exit))) return "walked";
      if (!coverage) return "";
      return coverage.exits[`${node}.${exit}`] ? "covered" : "uncovered";
    };
  }, [path, coverage, flow, came]);
}

/** What the canvas draws beside the document: the running path, the tests' coverage, the difference of two versions. */

import { useMemo } from "react";

import { edgeId } from "../model/graph";
import { useEditor } from "../store";
import type { Step } from "../types";

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
  return useEditor(({ diff }) => {
    if (!diff) return "";
    if (diff.added.includes(name)) return "added";
    return Object.hasOwn(diff.changed, name) || Object.hasOwn(diff.renamed ?? {}, name) ? "changed" : "";
  });
}

/** How often the tests came by a node; null when no coverage is shown. */
export function useCovered(name: string): number | null {
  return useEditor(({ coverage }) => (coverage ? (coverage.nodes[name] ?? 0) : null));
}

/** Says how an exit's wire is drawn: "walked", "covered", "uncovered" or "". */
export function useWireState(): (node: string, exit: string) => string {
  const path = useEditor((state) => state.path);
  const coverage = useEditor((state) => state.coverage);
  const flow = useEditor((state) => state.doc.name || state.flow);
  return useMemo(() => {
    const glow = glowOf(path, flow);
    return (node, exit) => {
      if (glow.exits.has(edgeId(node, exit))) return "walked";
      if (!coverage) return "";
      return coverage.exits[`${node}.${exit}`] ? "covered" : "uncovered";
    };
  }, [path, coverage, flow]);
}

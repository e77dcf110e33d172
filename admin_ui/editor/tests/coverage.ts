/** How much of a flow its tests walk. */

import type { Coverage } from "../types";

export interface Share {
  covered: number;
  whole: number;
  /** 0 to 100, rounded down: 100 is everything. */
  percent: number;
}

export function share(times: Record<string, number>): Share {
  const all = Object.values(times);
  const covered = all.filter((count) => count > 0).length;
  return { covered, whole: all.length, percent: all.length ? Math.floor((covered / all.length) * 100) : 100 };
}

export interface Uncovered {
  node: string;
  /** "" for the whole node. */
  exit: string;
}

/** What no test walks: nodes, and exits of nodes that are walked. Names of nodes may hold dots. */
export function uncovered(coverage: Coverage): Uncovered[] {
  const nodes = Object.keys(coverage.nodes);
  const missed = nodes.filter((node) => !coverage.nodes[node]);
  const exits = Object.keys(coverage.exits)
    .filter((name) => !coverage.exits[name])
    .map((name) => split(name, nodes))
    .filter(({ node }) => !missed.includes(node));
  return [...missed.map((node) => ({ node, exit: "" })), ...exits];
}

/** The longest node's name that the exit's begins with. */
function split(name: string, nodes: string[]): Uncovered {
  const node = nodes.filter((one) => name.startsWith(`${one}.`)).sort((one, other) => other.length - one.length)[0];
  if (node !== undefined) return { node, exit: name.slice(node.length + 1) };
  const dot = name.lastIndexOf(".");
  return { node: name.slice(0, dot), exit: name.slice(dot + 1) };
}

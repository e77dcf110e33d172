/** Nodes on the clipboard, as JSON, so that they can be pasted into another flow or another tab. */

import type { Place } from "./model/edits";
import { entries, fromEntries, parse, stringify } from "./ordered";
import { addNodes, placeOf, useEditor } from "./store";
import type { NodeDoc } from "./types";

/** The browser's own copy belongs to an account, as drafts do. */
const kept = (): string => `souffleur.clipboard/${document.getElementById("editor")?.dataset.account ?? ""}`;

interface Copied {
  souffleur: "nodes";
  nodes: Record<string, NodeDoc>;
}

/** The chosen nodes as text, "" when none is chosen. */
export function copied(): string {
  const { doc, selected } = useEditor.getState();
  const nodes = entries(doc.nodes).filter(([name]) => selected.has(name));
  if (!nodes.length) return "";
  const placed = nodes.map(([name, node]) => [name, { ...node, at: placeOf(name) }] as [string, NodeDoc]);
  const text = stringify({ souffleur: "nodes", nodes: fromEntries(placed) } satisfies Copied);
  try {
    localStorage.setItem(kept(), text);
  } catch {
    // the system's clipboard has it
  }
  return text;
}

/** Read what was copied; null when the text is something else. An empty clipboard falls back to the browser's copy. */
export function readCopied(text: string): Record<string, NodeDoc> | null {
  try {
    const found = parse(text.trim() || localStorage.getItem(kept()) || "null") as Copied | null;
    if (found?.souffleur !== "nodes" || typeof found.nodes !== "object") return null;
    const nodes = entries(found.nodes).filter(([, node]) => typeof node?.kind === "string");
    return nodes.length ? fromEntries(nodes) : null;
  } catch {
    return null;
  }
}

/** Paste nodes; `middle` is where their middle comes to lie, without it beside the originals. Returns their names. */
export function paste(text: string, middle: Place | null): string[] {
  const nodes = readCopied(text);
  if (!nodes || useEditor.getState().readonly) return [];
  const list = entries(nodes).map(([name, node]) => [name, node, node.at ?? [0, 0]] as [string, NodeDoc, Place]);
  const left = Math.min(...list.map(([, , [x]]) => x));
  const top = Math.min(...list.map(([, , [, y]]) => y));
  const right = Math.max(...list.map(([, , [x]]) => x));
  const bottom = Math.max(...list.map(([, , [, y]]) => y));
  const [dx, dy] = middle ? [middle[0] - (left + right) / 2, middle[1] - (top + bottom) / 2] : [48, 48];
  return addNodes(list.map(([name, node, [x, y]]) => [name, node, [x + dx, y + dy]]));
}

/** Copy and paste at once, beside the originals. */
export function duplicate(): string[] {
  const text = copied();
  return text ? paste(text, null) : [];
}

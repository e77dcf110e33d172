/** The editor's keys. Fields keep their own: typing, undo and copying of text work there as everywhere. */

import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";

import { copied, duplicate, paste } from "./clipboard";
import type { WireEdge } from "./model/graph";
import { keys } from "./ordered";
import { flush } from "./session";
import { focusOn, redo, remove, select, tell, undo, useEditor } from "./store";
import { t } from "./texts";
import { useView } from "./view";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Whether the keys belong to the canvas: nothing is typed or marked, and no panel of its own has them. */
function ours(event: Event): boolean {
  const marked = (document.getSelection()?.toString() ?? "") !== "";
  const inside = event.target instanceof Element && event.target.closest("dialog, .ed-drawer, .ed-dock-body, [role=dialog]");
  return !typing(event.target) && !marked && !inside;
}

interface Acts {
  removeChosen: () => void;
}

const COMMANDS: Record<string, (acts: Acts, event: KeyboardEvent) => void> = {
  "mod+z": () => undo(),
  "mod+shift+z": () => redo(),
  "mod+y": () => redo(),
  "mod+d": () => void duplicate(),
  "mod+a": () => select(keys(useEditor.getState().doc.nodes)),
  delete: (acts) => acts.removeChosen(),
  backspace: (acts) => acts.removeChosen(),
  escape: () => select([]),
  f2: () => {
    const [name] = useEditor.getState().selected;
    if (name !== undefined) focusOn(name, "name");
  },
  "/": () => document.getElementById("palette-filter")?.focus(),
  "?": () => useView.setState({ help: true }),
};

/** What those may who only read. */
const READING = new Set(["mod+a", "escape", "?"]);

const ANYWHERE: Record<string, () => void> = {
  "mod+f": () => useView.setState({ search: true }),
  "mod+s": () => void flush(),
};

function named(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  const mod = event.ctrlKey || event.metaKey;
  return `${mod ? "mod+" : ""}${event.shiftKey && mod ? "shift+" : ""}${key}`;
}

export function useKeys(readonly: boolean): void {
  const { getEdges, screenToFlowPosition } = useReactFlow();
  useEffect(() => {
    const acts: Acts = {
      removeChosen() {
        const cut = (getEdges() as WireEdge[]).filter((edge) => edge.selected && edge.data);
        remove(useEditor.getState().selected, cut.map((edge) => ({ node: edge.source, exit: edge.data?.exit ?? "" })));
      },
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const name = named(event);
      const mine = ours(event) && (!readonly || READING.has(name));
      const act = ANYWHERE[name] ?? (mine ? COMMANDS[name] : undefined);
      if (!act) return;
      event.preventDefault();
      act(acts, event);
    };
    const onCopy = (event: ClipboardEvent) => {
      const text = ours(event) ? copied() : "";
      if (!text) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      const { size } = useEditor.getState().selected;
      tell(t("Copied: {count}", { count: size }));
      if (event.type === "cut" && !readonly) acts.removeChosen();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (readonly || !ours(event)) return;
      const canvas = document.querySelector(".ed-canvas")?.getBoundingClientRect();
      const middle = canvas && screenToFlowPosition({ x: canvas.left + canvas.width / 2, y: canvas.top + canvas.height / 2 });
      const names = paste(event.clipboardData?.getData("text/plain") ?? "", middle ? [middle.x, middle.y] : null);
      if (names.length) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, [getEdges, screenToFlowPosition, readonly]);
}

/** Bringing nodes into view: the one a problem, the search or the running path leads to. */

import { getViewportForBounds, type ReactFlowInstance, useReactFlow, useStoreApi } from "@xyflow/react";
import { useCallback, useEffect } from "react";

import type { Place } from "../model/edits";
import type { BoxNode, WireEdge } from "../model/graph";
import { heightOf, WIDTH, written } from "../model/layout";
import { keys } from "../ordered";
import { drawn, drawnPlaces, placeOf, useEditor } from "../store";
import type { NodeDoc } from "../types";
import { apartOf, glowOf } from "./state";
import { moving } from "./theme";

const MARGIN = 24;
const READABLE = 0.6;
const LEGIBLE = 0.4;
const TALL = 260; // about as high as a node of some exits
const LEGEND = "120px"; // above what is shown, for the legend
const WIDEST = 1100; // of the canvas is shown at least, so that one node does not fill it

/** Show the whole flow when it opens; of one too large to read, its beginning. */
export function showWhole({ fitBounds, setViewport, zoomTo, getViewport }: ReactFlowInstance<BoxNode, WireEdge>): void {
  const { doc, forms } = useEditor.getState();
  const corners = keys(doc.nodes).map((name) => ({ place: placeOf(name), height: heightOf(doc.nodes[name] as NodeDoc, forms) }));
  if (!corners.length) return;
  const x = Math.min(...corners.map(({ place }) => place[0]));
  const y = Math.min(...corners.map(({ place }) => place[1])) - MARGIN;
  const width = Math.max(...corners.map(({ place }) => place[0])) + WIDTH - x;
  const height = Math.max(...corners.map((one) => one.place[1] + one.height)) - y;
  void fitBounds({ x, y, width, height }, { padding: 0.04 }).then(() => {
    if (getViewport().zoom > 1) void zoomTo(1);
    if (getViewport().zoom >= LEGIBLE) return;
    const [left, top] = placeOf(Object.hasOwn(doc.nodes, doc.start) ? doc.start : (keys(doc.nodes)[0] as string));
    const high = document.querySelector(".ed-canvas")?.clientHeight ?? 600;
    void setViewport({ x: 48 - left * LEGIBLE, y: high / 3 - top * LEGIBLE, zoom: LEGIBLE });
  });
}

/** How far to move so that a stretch is seen: no further than needed. */
function nudge(from: number, to: number, size: number): number {
  if (from < MARGIN) return MARGIN - from;
  return to > size - MARGIN ? Math.max(size - MARGIN - to, MARGIN - from) : 0;
}

/** Moves the canvas to a node, unless it is seen already; `closer` also makes it large enough to read. */
export function useMoveTo(): (name: string, closer: boolean) => void {
  const { setCenter, setViewport, getViewport } = useReactFlow();
  const store = useStoreApi();
  return useCallback(
    (name: string, closer: boolean) => {
      const { doc, forms } = useEditor.getState();
      const node = doc.nodes[name];
      const { width, height } = store.getState();
      if (!node || !width) return;
      const [x, y] = placeOf(name);
      const high = heightOf(node, forms);
      const view = getViewport();
      const left = x * view.zoom + view.x;
      const top = y * view.zoom + view.y;
      if (closer && view.zoom < READABLE) {
        void setCenter(x + WIDTH / 2, y + high / 2, { zoom: 0.9, duration: moving(250) });
        return;
      }
      const dx = nudge(left, left + WIDTH * view.zoom, width);
      const dy = nudge(top, top + high * view.zoom, height);
      if (dx || dy) void setViewport({ x: view.x + dx, y: view.y + dy, zoom: view.zoom }, { duration: moving(250) });
    },
    [setCenter, setViewport, getViewport, store],
  );
}

/** Follows what is asked for. */
export function useReveal(): void {
  const moveTo = useMoveTo();
  const focus = useEditor((state) => state.focus);
  const current = useEditor((state) => glowOf(state.path, state.doc.name || state.flow).current);
  useEffect(() => {
    if (focus?.node) moveTo(focus.node, true);
  }, [focus, moveTo]);
  useEffect(() => {
    if (current) moveTo(current, false);
  }, [current, moveTo]);
}

/** Shows what differs when two versions are drawn together; of a published version, the whole of it. */
export function useShowDifferences(): void {
  const { setViewport } = useReactFlow();
  const store = useStoreApi();
  const title = useEditor((state) => state.compared?.title ?? "");
  useEffect(() => {
    const state = useEditor.getState();
    const { compared } = state;
    if (!compared) return;
    const [doc, places, apart] = [drawn(state), drawnPlaces(state), apartOf(state)];
    const marked = new Set([...compared.diff.added, ...Object.keys(compared.diff.changed), ...Object.keys(compared.diff.renamed ?? {})]);
    const stand = keys(doc.nodes).filter((name) => compared.after || marked.has(name));
    const corners: Place[] = [...stand.map((name) => written(doc.nodes[name]) ?? places[name] ?? ([0, 0] as Place)), ...Object.values(apart?.ghosts ?? {})];
    if (!corners.length) return;
    const [x, y] = [Math.min(...corners.map((at) => at[0])), Math.min(...corners.map((at) => at[1])) - MARGIN];
    const [right, bottom] = [Math.max(...corners.map((at) => at[0])) + WIDTH, Math.max(...corners.map((at) => at[1])) + TALL];
    const [width, height] = [Math.max(right - x, WIDEST), Math.max(bottom - y, WIDEST / 2)];
    const bounds = { x: x - (width - (right - x)) / 2, y: y - (height - (bottom - y)) / 2, width, height };
    const canvas = store.getState();
    const view = getViewportForBounds(bounds, canvas.width, canvas.height, LEGIBLE, 1, { x: 0.03, bottom: 0.03, top: LEGEND });
    void setViewport(view, { duration: moving(250) });
  }, [title, setViewport, store]);
}

/** Bringing nodes into view: the one a problem, the search or the running path leads to. */

import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useCallback, useEffect } from "react";

import { WIDTH, heightOf } from "../model/layout";
import { placeOf, useEditor } from "../store";
import { glowOf } from "./state";
import { moving } from "./theme";

const MARGIN = 24;
const READABLE = 0.6;

/** Moves the canvas to a node, unless it is seen well already. */
export function useMoveTo(): (name: string) => void {
  const { setCenter, getViewport } = useReactFlow();
  const store = useStoreApi();
  return useCallback(
    (name: string) => {
      const { doc, forms } = useEditor.getState();
      const node = doc.nodes[name];
      const { width, height } = store.getState();
      if (!node || !width) return;
      const [x, y] = placeOf(name);
      const high = heightOf(node, forms);
      const view = getViewport();
      const left = x * view.zoom + view.x;
      const top = y * view.zoom + view.y;
      const seen = left >= MARGIN && top >= MARGIN && left + WIDTH * view.zoom <= width - MARGIN && top + high * view.zoom <= height - MARGIN;
      if (seen && view.zoom >= READABLE) return;
      void setCenter(x + WIDTH / 2, y + high / 2, { zoom: Math.min(Math.max(view.zoom, 0.9), 1.2), duration: moving(250) });
    },
    [setCenter, getViewport, store],
  );
}

/** Follows what is asked for. */
export function useReveal(): void {
  const moveTo = useMoveTo();
  const focus = useEditor((state) => state.focus);
  const current = useEditor((state) => glowOf(state.path, state.doc.name || state.flow).current);
  useEffect(() => {
    if (focus?.node) moveTo(focus.node);
  }, [focus, moveTo]);
  useEffect(() => {
    if (current) moveTo(current);
  }, [current, moveTo]);
}

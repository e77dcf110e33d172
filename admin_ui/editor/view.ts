/** What of the editor is open. */

import { create } from "zustand";

import { select } from "./store";

export type Side = "phone" | "versions" | null;
export type Dock = "problems" | "tests" | null;

interface View {
  side: Side;
  dock: Dock;
  search: boolean;
  help: boolean;
}

export const useView = create<View>(() => ({ side: null, dock: null, search: false, help: false }));

/** Open a drawer, or close it. An opened one takes the place of the properties until a node is chosen again. */
export function toggleSide(side: Side): void {
  const opens = useView.getState().side !== side;
  useView.setState({ side: opens ? side : null });
  if (opens) select([]);
}

export const showDock = (dock: Dock): void => useView.setState((state) => ({ dock: state.dock === dock ? null : dock }));

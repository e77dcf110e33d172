/** What of the editor is open. */

import { create } from "zustand";

export type Side = "phone" | "versions" | null;
export type Dock = "problems" | "tests" | null;

interface View {
  side: Side;
  dock: Dock;
  search: boolean;
  help: boolean;
}

export const useView = create<View>(() => ({ side: null, dock: null, search: false, help: false }));

export const toggleSide = (side: Side): void => useView.setState((state) => ({ side: state.side === side ? null : side }));
export const showDock = (dock: Dock): void => useView.setState((state) => ({ dock: state.dock === dock ? null : dock }));

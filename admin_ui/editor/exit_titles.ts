/** Exits by their own labels, wherever a way through a flow is told. */

import { exitTitle } from "./model/exits";
import { useEditor } from "./store";

/** One node left by an exit; without a flow, of the flow that is drawn. */
export interface Left {
  node: string;
  exit: string;
  flow?: string;
  kind?: string;
}

/** Says what an exit is called: as the flow is drawn, or as its kind of node has it in another flow. */
export function useExitTitle(): (left: Left) => string {
  const doc = useEditor((state) => state.doc);
  const flow = useEditor((state) => state.doc.name || state.flow);
  const forms = useEditor((state) => state.forms);
  return (left) => {
    const node = left.flow === undefined || left.flow === flow ? doc.nodes[left.node] : undefined;
    return exitTitle(node, forms[node?.kind ?? left.kind ?? ""], left.exit);
  };
}

import {
  applyEdgeChanges, applyNodeChanges, Background, BackgroundVariant, type Connection, Controls, MarkerType, MiniMap,
  type NodeChange, type OnConnectEnd, ReactFlow, useReactFlow, useStore,
} from "@xyflow/react";
import { type DragEvent, useCallback, useEffect, useMemo, useState } from "react";

import { ghostBoxes, ghostWires } from "../model/comparison";
import { type BoxNode, boxes, type WireEdge, wires } from "../model/graph";
import { addKind, connect, drawn, drawnPlaces, edit, move, select, useEditor } from "../store";
import { wire } from "../model/edits";
import { t } from "../texts";
import { AddMenu, type Wanted } from "./AddMenu";
import { Box } from "./Box";
import { Ghost } from "./Ghost";
import { spokenLabels } from "./labels";
import { Legend } from "./Legend";
import { showWhole, useReveal, useShowDifferences } from "./reveal";
import { type Apart, apartOf, useWireState } from "./state";
import { useTheme } from "./theme";
import { Wire } from "./Wire";

const BOX_TYPES = { box: Box, ghost: Ghost };
const WIRE_TYPES = { wire: Wire };
const DEFAULT_WIRE = { markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16 } };
const FIT = { maxZoom: 1, minZoom: 0.3, padding: 0.12 };
const FAR = 0.32; // below this zoom nobody reads what stands in a node
const MAP = { width: 168, height: 112 };
export const DRAGGED_KIND = "application/x-souffleur-kind";

export function Canvas({ readonly, selectable }: { readonly: boolean; selectable: boolean }) {
  const doc = useEditor(drawn);
  const places = useEditor(drawnPlaces);
  const apart = useEditor(apartOf);
  const selected = useEditor((state) => state.selected);
  const forms = useEditor((state) => state.forms);
  const stateOf = useWireState();
  const [nodes, setNodes] = useState<BoxNode[]>(() => boxes(doc, places, selected, forms, []));
  const [edges, setEdges] = useState<WireEdge[]>(() => wires(doc, stateOf, []));
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const { screenToFlowPosition } = useReactFlow();
  const theme = useTheme();
  const labels = useMemo(spokenLabels, []);
  const far = useStore((state) => state.transform[2] < FAR);
  useReveal();
  useShowDifferences();

  useEffect(
    () => setNodes((before) => [...ghosts(apart, before), ...boxes(doc, places, selected, forms, before)]),
    [doc, places, selected, forms, apart],
  );
  useEffect(() => setEdges((before) => [...(apart ? ghostWires(apart.wires) : []), ...wires(doc, stateOf, before)]), [doc, stateOf, apart]);

  const onNodesChange = useCallback((changes: NodeChange<BoxNode>[]) => {
    setNodes((before) => applyNodeChanges(changes, before));
    const chosen = changes.filter((change) => change.type === "select");
    if (chosen.length) {
      const names = new Set(useEditor.getState().selected);
      for (const change of chosen) names[change.selected ? "add" : "delete"](change.id);
      select(names);
    }
    const moved = changes.flatMap((change) =>
      change.type === "position" && change.dragging === false && change.position
        ? [[change.id, [change.position.x, change.position.y]] as const] : []);
    if (moved.length) move(Object.fromEntries(moved) as unknown as Parameters<typeof move>[0]);
  }, []);

  const onConnect = useCallback(({ source, sourceHandle, target }: Connection) => {
    if (sourceHandle) connect(source, sourceHandle, target);
  }, []);

  const onReconnect = useCallback((old: WireEdge, { source, sourceHandle, target }: Connection) => {
    const exit = old.data?.exit;
    if (!exit || !sourceHandle) return;
    const moved = source !== old.source || sourceHandle !== exit;
    const cut = moved ? wire(useEditor.getState().doc, old.source, exit, null) : useEditor.getState().doc;
    edit(wire(cut, source, sourceHandle, target));
  }, []);

  const onConnectEnd: OnConnectEnd = useCallback((event, state) => {
    if (state.toNode || state.fromHandle?.type !== "source" || !state.fromNode || useEditor.getState().readonly) return;
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    if (!point || !state.fromHandle.id) return;
    const screen = { x: point.clientX, y: point.clientY };
    const { x, y } = screenToFlowPosition(screen);
    setWanted({ screen, at: [x, y - 24], from: { node: state.fromNode.id, exit: state.fromHandle.id } });
  }, [screenToFlowPosition]);

  const onDrop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(DRAGGED_KIND);
    if (!kind) return;
    event.preventDefault();
    const { x, y } = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    addKind(kind, [x - 40, y - 24]);
  };
  const onDragOver = (event: DragEvent) => {
    if (readonly || !event.dataTransfer.types.includes(DRAGGED_KIND)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  };

  return (
    <section className={`ed-canvas${far ? " is-far" : ""}`} aria-label={t("Canvas")} onDrop={onDrop} onDragOver={onDragOver}>
      <ReactFlow<BoxNode, WireEdge>
        nodes={nodes} edges={edges} nodeTypes={BOX_TYPES} edgeTypes={WIRE_TYPES} defaultEdgeOptions={DEFAULT_WIRE}
        onNodesChange={onNodesChange} onEdgesChange={(changes) => setEdges((before) => applyEdgeChanges(changes, before))}
        onConnect={onConnect} onConnectEnd={onConnectEnd} {...(readonly ? {} : { onReconnect })}
        nodesDraggable={!readonly} nodesConnectable={!readonly} edgesFocusable={false} elementsSelectable={selectable}
        deleteKeyCode={null} multiSelectionKeyCode={["Shift", "Meta", "Control"]} selectionKeyCode="Shift"
        onlyRenderVisibleElements onInit={showWhole} fitViewOptions={FIT} minZoom={0.1} maxZoom={1.6} connectionRadius={32}
        colorMode={theme} ariaLabelConfig={labels} snapToGrid snapGrid={[8, 8]} zoomOnDoubleClick={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} />
        <Controls showInteractive={false} position="bottom-left" />
        <Legend />
        <MiniMap style={MAP} pannable zoomable position="bottom-right" nodeBorderRadius={24} ariaLabel={t("Map of the flow")} />
      </ReactFlow>
      {nodes.length === 0 ? <p className="ed-empty">{t("Drag a node here, or choose one on the left: the first one is where calls begin.")}</p> : null}
      {wanted ? <AddMenu wanted={wanted} close={() => setWanted(null)} /> : null}
    </section>
  );
}

/** The nodes that are gone, where two versions are compared. */
const ghosts = (apart: Apart | null, before: BoxNode[]): BoxNode[] =>
  apart ? ghostBoxes(apart.ghosts, (name) => t("{name}, removed", { name }), before) : [];

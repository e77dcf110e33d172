/** The editor's state: the document with its history, what is chosen, what the checker and the simulator say. */

import { create } from "zustand";

import type { Place, Places } from "./model/edits";
import * as edits from "./model/edits";
import { learnCommon } from "./model/exits";
import { free, layout, unwritten, written } from "./model/layout";
import { plainly } from "./model/worded";
import { entries, fromEntries, keys } from "./ordered";
import type { Comparison, Coverage, FlowDoc, FlowTest, Forms, NodeDoc, Problem, Step } from "./types";

const MOST_UNDO = 200;
const SAME_EDIT = 1200; // milliseconds between two keystrokes that are undone together

/** A field to put the cursor in; `turn` makes asking twice for the same one work. */
export interface Focus {
  node: string;
  field: string;
  turn: number;
}

export interface EditorState {
  flow: string;
  readonly: boolean;
  forms: Forms;
  doc: FlowDoc;
  /** Where nodes without a written position are drawn. */
  places: Places;
  past: FlowDoc[];
  future: FlowDoc[];
  selected: ReadonlySet<string>;
  focus: Focus | null;
  problems: Problem[];
  problemsOf: Record<string, Problem[]>;
  path: Step[];
  coverage: Coverage | null;
  /** Two versions that are drawn together. */
  compared: Comparison | null;
  /** Where the nodes of a published version are drawn, while it is. */
  shownPlaces: Places;
  /** Announced politely to screen readers. */
  told: string;
}

export const useEditor = create<EditorState>(() => ({
  flow: "", readonly: false, forms: {}, doc: { name: "", start: "", nodes: {} }, places: {}, past: [], future: [],
  selected: new Set(), focus: null, problems: [], problemsOf: {}, path: [], coverage: null, compared: null, shownPlaces: {}, told: "",
}));

const { getState: now, setState: set } = useEditor;

let last = { group: "", at: 0 };

/** Open a flow. */
export function open(flow: string, doc: FlowDoc, forms: Forms, readonly: boolean): void {
  learnCommon(forms);
  last = { group: "", at: 0 };
  const whole = { ...doc, nodes: doc.nodes ?? {} };
  set({ flow, doc: whole, forms, readonly, places: unwritten(whole, forms), past: [], future: [], selected: new Set(), problems: [], problemsOf: {} });
}

/** Put a new document in place of the present one, as an edit that can be undone. Edits of one `group` in a row are one. */
export function edit(doc: FlowDoc, group = "", clock: () => number = Date.now): void {
  const state = now();
  if (state.readonly || doc === state.doc) return;
  const goesOn = group !== "" && group === last.group && clock() - last.at < SAME_EDIT && state.past.length > 0;
  last = { group, at: clock() };
  const past = goesOn ? state.past : [...state.past, state.doc].slice(-MOST_UNDO);
  set({ past, future: [], ...showing(doc) });
}

function showing(doc: FlowDoc): Partial<EditorState> {
  const state = now();
  const selected = [...state.selected].filter((name) => Object.hasOwn(doc.nodes, name));
  return {
    doc,
    places: unwritten(doc, state.forms, state.places),
    ...(selected.length === state.selected.size ? {} : { selected: new Set(selected) }),
  };
}

export function undo(): void {
  const { past, doc, future, readonly } = now();
  const before = past.at(-1);
  if (!before || readonly) return;
  last = { group: "", at: 0 };
  set({ past: past.slice(0, -1), future: [doc, ...future], ...showing(before) });
}

export function redo(): void {
  const { past, doc, future, readonly } = now();
  const after = future[0];
  if (!after || readonly) return;
  last = { group: "", at: 0 };
  set({ past: [...past, doc], future: future.slice(1), ...showing(after) });
}

export function select(names: Iterable<string>): void {
  set({ selected: new Set(names) });
}

/** Choose a node and put the cursor in a field of it ("" for none). */
export function focusOn(node: string, field = ""): void {
  const selected = node ? new Set([node]) : new Set<string>();
  set({ selected, focus: { node, field, turn: (now().focus?.turn ?? 0) + 1 } });
}

export function setProblems(found: Problem[]): void {
  const { doc, forms } = now();
  const problems = found.map((one) => plainly(one, doc, forms));
  const problemsOf: Record<string, Problem[]> = {};
  const before = now().problemsOf;
  for (const problem of problems) (problemsOf[problem.where] ??= []).push(problem);
  for (const [name, own] of Object.entries(problemsOf)) {
    const old = before[name];
    if (old && JSON.stringify(old) === JSON.stringify(own)) problemsOf[name] = old;
  }
  set({ problems, problemsOf });
}

export const setPath = (path: Step[]): void => set({ path });
export const setCoverage = (coverage: Coverage | null): void => set({ coverage });

/** Draw two versions together. A published one takes the draft's place on the canvas until null is set. */
export function setComparison(compared: Comparison | null): void {
  const after = compared?.after;
  set({ compared, shownPlaces: after ? unwritten(after, now().forms) : {}, ...(after ? { selected: new Set<string>(), focus: null } : {}) });
}

/** The document on the canvas: the draft, or the published version that is compared. */
export const drawn = (state: EditorState): FlowDoc => state.compared?.after ?? state.doc;
export const drawnPlaces = (state: EditorState): Places => (state.compared?.after ? state.shownPlaces : state.places);

export const tell = (told: string): void => set({ told });

/** Where a node is drawn now. */
export function placeOf(name: string): Place {
  const { doc, places } = now();
  return written(doc.nodes[name]) ?? places[name] ?? [0, 0];
}

/** The document with every drawn position written: once somebody arranges nodes, the picture is part of the flow. */
function arranged(doc: FlowDoc): FlowDoc {
  const loose = keys(doc.nodes).filter((name) => !written(doc.nodes[name]));
  return loose.length ? edits.place(doc, Object.fromEntries(loose.map((name) => [name, placeOf(name)]))) : doc;
}

export function move(places: Places): void {
  const rounded = Object.entries(places).map(([name, [x, y]]) => [name, [Math.round(x), Math.round(y)]] as const);
  const moved = rounded.filter(([name, [x, y]]) => placeOf(name)[0] !== x || placeOf(name)[1] !== y);
  if (moved.length) edit(edits.place(arranged(now().doc), Object.fromEntries(moved) as unknown as Places), "move");
}

/** Arrange all nodes anew. */
export function arrange(): void {
  const { doc, forms } = now();
  edit(edits.place(doc, layout(doc, forms)));
}

/** Add nodes with their wires among themselves; their names are made unique. Returns the names given. */
export function addNodes(nodes: [string, NodeDoc, Place][]): string[] {
  let doc = arranged(now().doc);
  const names = new Map<string, string>();
  for (const [wanted] of nodes) {
    names.set(wanted, edits.uniqueName(wanted, [...keys(doc.nodes), ...names.values()]));
  }
  const taken = entries(doc.nodes).map(([name]) => placeOf(name));
  for (const [wanted, node, at] of nodes) {
    const kept = entries(node.exits ?? {}).map(([exit, target]) => [exit, names.get(target) ?? target] as [string, string]);
    const { exits: _, ...rest } = node;
    let made: NodeDoc = { ...rest, kind: node.kind };
    const inside = kept.filter(([, target]) => [...names.values()].includes(target));
    if (inside.length) made = { ...made, exits: fromEntries(inside) };
    const spot = free(at, taken);
    taken.push(spot);
    doc = edits.addNode(doc, names.get(wanted) as string, { ...made, at: spot });
  }
  edit(doc);
  select(names.values());
  return [...names.values()];
}

/** Add one node of a kind, wired to the exit it was drawn from. Returns its name. */
export function addKind(kind: string, at: Place, from: { node: string; exit: string } | null = null): string {
  const { forms, doc, readonly } = now();
  if (readonly) return "";
  const name = edits.uniqueName(forms[kind]?.title ?? kind, keys(doc.nodes));
  const spot = free(at, entries(doc.nodes).map(([other]) => placeOf(other)));
  const added = edits.addNode(arranged(doc), name, { kind, at: spot });
  edit(from ? edits.wire(added, from.node, from.exit, name) : added);
  focusOn(name);
  return name;
}

export function remove(names: Iterable<string>, wires: { node: string; exit: string }[] = []): void {
  const { doc } = now();
  const gone = [...names];
  const cut = wires.reduce((made, { node, exit }) => edits.wire(made, node, exit, null), doc);
  edit(gone.length ? edits.removeNodes(cut, gone) : cut);
}

export function renameNode(from: string, to: string): void {
  const { doc, places, selected, problemsOf } = now();
  if (from === to || edits.nameFault(to, doc, from)) return;
  set({ places: { ...places, [to]: placeOf(from) }, problemsOf: { ...problemsOf, [to]: problemsOf[from] ?? [] } });
  edit(edits.renameNode(doc, from, to));
  select([...selected].map((name) => (name === from ? to : name)).concat(selected.size ? [] : [to]));
}

export const connect = (node: string, exit: string, target: string | null): void =>
  edit(edits.wire(now().doc, node, exit, target));

export const start = (name: string): void => edit({ ...now().doc, start: name });

export function setField(node: string, field: string, value: unknown): void {
  const { doc, forms } = now();
  edit(edits.setField(doc, node, field, value, forms[doc.nodes[node]?.kind ?? ""]), `${node}/${field}`);
}

export const setOutline = (key: string, value: unknown): void => edit(edits.setOutline(now().doc, key, value), `/${key}`);

export const setTests = (tests: FlowTest[]): void => edit(edits.setTests(now().doc, tests));

/** Edits of a flow document: each returns a new document and leaves everything else as it was. */

import { drop, entries, fromEntries, keys, put, rename } from "../ordered";
import type { FlowDoc, FlowTest, NodeDoc, NodeForm } from "../types";
import { empty, same } from "./schema";

export type Place = [number, number];
export type Places = Record<string, Place>;

const LONGEST_NAME = 64;

/** A name no node has yet: the wanted one, else with a number. */
export function uniqueName(wanted: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  const stem = wanted.replace(/[/\u0000-\u001f]/g, " ").trim().slice(0, LONGEST_NAME - 4) || "node";
  if (!names.has(stem)) return stem;
  const bare = stem.replace(/ \d+$/, "");
  for (let number = 2; ; number += 1) {
    if (!names.has(`${bare} ${number}`)) return `${bare} ${number}`;
  }
}

/** Why a node may not have a name: "empty", "long", "slash", "taken"; "" when it may. */
export function nameFault(name: string, doc: FlowDoc, own = ""): "" | "empty" | "long" | "slash" | "taken" {
  if (!name) return "empty";
  if (name.length > LONGEST_NAME) return "long";
  if (/[/\u0000-\u001f]/.test(name)) return "slash";
  return name !== own && Object.hasOwn(doc.nodes, name) ? "taken" : "";
}

export function addNode(doc: FlowDoc, name: string, node: NodeDoc): FlowDoc {
  const first = keys(doc.nodes).length === 0;
  return { ...doc, start: first ? name : doc.start, nodes: put(doc.nodes, name, node) };
}

/** Take nodes out, and the wires that lead to them. */
export function removeNodes(doc: FlowDoc, names: string[]): FlowDoc {
  const gone = new Set(names);
  const kept = entries(doc.nodes).filter(([name]) => !gone.has(name));
  const nodes = fromEntries(kept.map(([name, node]) => [name, withoutWiresTo(node, gone)] as [string, NodeDoc]));
  return { ...doc, nodes };
}

function withoutWiresTo(node: NodeDoc, gone: Set<string>): NodeDoc {
  const wires = entries(node.exits ?? {});
  const kept = wires.filter(([, target]) => !gone.has(target));
  return kept.length === wires.length ? node : withExits(node, fromEntries(kept));
}

/** Give a node another name: wires, the start and the tests' paths follow. */
export function renameNode(doc: FlowDoc, from: string, to: string): FlowDoc {
  if (from === to || nameFault(to, doc, from)) return doc;
  const nodes = rename(doc.nodes, from, to);
  for (const [name, node] of entries(nodes)) {
    const wires = entries(node.exits ?? {});
    if (wires.some(([, target]) => target === from)) {
      const followed = wires.map(([exit, target]) => [exit, target === from ? to : target] as [string, string]);
      nodes[name] = { ...node, exits: fromEntries(followed) };
    }
  }
  const renamed: FlowDoc = { ...doc, start: doc.start === from ? to : doc.start, nodes };
  if (Array.isArray(doc.tests)) renamed.tests = doc.tests.map((test) => testFollows(test, from, to));
  return renamed;
}

function testFollows(test: FlowTest, from: string, to: string): FlowTest {
  const followed = { ...test };
  const path = test.expect?.path;
  if (path?.includes(from)) {
    followed.expect = { ...test.expect, path: path.map((name) => (name === from ? to : name)) };
  }
  if (test.script?.some((line) => line.hang_up === from)) {
    followed.script = test.script.map((line) => (line.hang_up === from ? { ...line, hang_up: to } : line));
  }
  return followed;
}

/** Lead an exit to a node, or nowhere (null). */
export function wire(doc: FlowDoc, name: string, exit: string, target: string | null): FlowDoc {
  const node = doc.nodes[name];
  if (!node) return doc;
  const exits = node.exits ?? {};
  const changed = target === null ? drop(exits, exit) : put(exits, exit, target);
  return setNode(doc, name, withExits(node, changed));
}

function withExits(node: NodeDoc, exits: Record<string, string>): NodeDoc {
  if (empty(exits)) return drop(node, "exits") as NodeDoc;
  return put(node as Record<string, unknown>, "exits", exits, "note") as NodeDoc;
}

export function setNode(doc: FlowDoc, name: string, node: NodeDoc): FlowDoc {
  return { ...doc, nodes: { ...doc.nodes, [name]: node } };
}

/** Set a field of a node. What says nothing, or only the default, is left out; exits made of its keys follow it. */
export function setField(doc: FlowDoc, name: string, field: string, value: unknown, form?: NodeForm): FlowDoc {
  const node = doc.nodes[name];
  if (!node) return doc;
  const schema = form?.schema.properties?.[field];
  const usual = schema && "default" in schema && !form?.schema.required?.includes(field) && same(value, schema.default);
  const changed = (empty(value) || usual ? drop(node, field) : put(node as Record<string, unknown>, field, value, "exits")) as NodeDoc;
  const each = form?.exits.some((way) => way.each === field);
  return setNode(doc, name, each ? exitsFollow(changed, node[field], value) : changed);
}

function exitsFollow(node: NodeDoc, before: unknown, after: unknown): NodeDoc {
  if (!node.exits) return node;
  const old = named(before);
  const now = named(after);
  const gone = old.filter((key) => !now.includes(key));
  const come = now.filter((key) => !old.includes(key));
  let exits = node.exits;
  for (const key of gone) {
    const renamed = old.length === now.length ? come[gone.indexOf(key)] : undefined;
    exits = renamed !== undefined && key in exits && !(renamed in exits) ? rename(exits, key, renamed) : drop(exits, key);
  }
  return exits === node.exits ? node : withExits(node, exits);
}

function named(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value && typeof value === "object" ? keys(value) : [];
}

/** Move nodes. */
export function place(doc: FlowDoc, places: Places): FlowDoc {
  const nodes = { ...doc.nodes };
  for (const [name, at] of Object.entries(places)) {
    const node = nodes[name];
    if (node) nodes[name] = put(node as Record<string, unknown>, "at", at) as NodeDoc;
  }
  return { ...doc, nodes };
}

/** Set something of the flow itself, such as its note. */
export function setOutline(doc: FlowDoc, key: string, value: unknown): FlowDoc {
  return (empty(value) ? drop(doc, key) : put(doc as Record<string, unknown>, key, value, "nodes")) as FlowDoc;
}

/** Set the tests; they stand at the end of the document. */
export function setTests(doc: FlowDoc, tests: FlowTest[]): FlowDoc {
  return (tests.length ? put(doc as Record<string, unknown>, "tests", tests) : drop(doc, "tests")) as FlowDoc;
}

/** The sample flows and the palette, for tests. `nodes.json` is what GET /api/v1/nodes answers in English. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";

import { parse } from "../ordered";
import type { FlowDoc, Forms } from "../types";
import nodes from "./nodes.json";

export const forms = nodes as unknown as Forms;

export const SAMPLES = ["martin/flows/reception", "martin/flows/discovery", "martin/flows/orders", "duval/flows/empfang"];

/** A sample flow as the JSON text the API would answer: the file's order of keys, and 5.0 as 5.0. */
export function sampleText(name: string): string {
  const file = resolve(process.cwd(), `../conf/samples/${name}.yaml`);
  return json(parseDocument(readFileSync(file, "utf8")).contents);
}

export const sample = (name: string): FlowDoc => parse(sampleText(name)) as FlowDoc;

function json(node: Node | null): string {
  if (isMap(node)) return `{${node.items.map((pair) => `${JSON.stringify(String((pair.key as { value: unknown }).value))}:${json(pair.value as Node)}`).join(",")}}`;
  if (isSeq(node)) return `[${node.items.map((item) => json(item as Node)).join(",")}]`;
  if (isScalar(node)) return typeof node.value === "number" && node.source ? node.source : JSON.stringify(node.value);
  return "null";
}

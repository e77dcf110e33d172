/** What of the subscriber's data a flow uses, found by the widgets of its nodes' forms. */

import { get, all, readForms } from "../api";
import type { FlowDoc, Forms } from "../types";

function valuesOf(doc: FlowDoc, forms: Forms, widget: string): unknown[] {
  return Object.values(doc.nodes).flatMap((node) =>
    Object.entries(forms[node.kind]?.schema.properties ?? {})
      .filter(([, schema]) => schema.widget === widget)
      .map(([field]) => node[field]),
  );
}

const texts = (values: unknown[]): string[] =>
  [...new Set(values.flat().filter((value): value is string => typeof value === "string" && value !== ""))].sort();

/** The lists that the flow looks numbers up in. */
export const listsUsed = (doc: FlowDoc, forms: Forms): string[] => texts(valuesOf(doc, forms, "list"));

/** The numbers that the flow rings as they are written; what comes from variables is known only in the call. */
export function numbersRung(doc: FlowDoc, forms: Forms): string[] {
  const written = [...valuesOf(doc, forms, "targets"), ...valuesOf(doc, forms, "target")];
  return texts(written).filter((number) => !number.includes("{{"));
}

export interface Surroundings {
  forms: Forms;
  /** The numbers that lead to this flow, then the short numbers. */
  numbers: string[];
  country: string;
  timeZone: string;
}

export const NOTHING_KNOWN: Surroundings = { forms: {}, numbers: [], country: "", timeZone: "" };

interface NumberDoc {
  number: string;
  flow?: string;
}

interface ExtensionDoc {
  extension: string;
  flow?: string;
}

/** Look up what the settings offer. What cannot be read is left out: the call can be tried without it. */
export async function surroundings(flow: string): Promise<Surroundings> {
  const without = <Value>(value: Value) => () => value;
  const [forms, numbers, extensions, subscriber] = await Promise.all([
    readForms().catch(without<Forms>({})),
    all<NumberDoc>("/numbers").catch(without<NumberDoc[]>([])),
    all<ExtensionDoc>("/extensions").catch(without<ExtensionDoc[]>([])),
    get<{ country?: string; time_zone?: string }>("/subscriber").catch(without({ country: "", time_zone: "" })),
  ]);
  const leading = [
    ...numbers.filter((number) => number.flow === flow).map((number) => number.number),
    ...extensions.filter((extension) => extension.flow === flow).map((extension) => extension.extension),
  ];
  return { forms, numbers: leading, country: subscriber.country ?? "", timeZone: subscriber.time_zone ?? "" };
}

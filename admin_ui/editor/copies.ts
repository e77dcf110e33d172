/** Unsaved edits, kept in the browser so that a crash, a closed lid or a lost line loses nothing. */

import { parse, stringify } from "./ordered";
import type { FlowDoc } from "./types";

export interface Copy {
  doc: FlowDoc;
  /** The saved revision the edits were made on. */
  revision: number;
  at: string;
}

/** Copies belong to an account: the next person at this browser is not offered them. */
function key(flow: string): string {
  const account = document.getElementById("editor")?.dataset.account ?? "";
  return `souffleur.draft/${account}/${flow}`;
}

export function keepCopy(flow: string, copy: Copy): void {
  try {
    localStorage.setItem(key(flow), stringify(copy));
  } catch {
    // a full or forbidden storage only means there is no second copy
  }
}

export function dropCopy(flow: string): void {
  try {
    localStorage.removeItem(key(flow));
  } catch {
    // as above
  }
}

/** The copy kept of a flow, if it differs from the saved draft. */
export function keptCopy(flow: string, draft: FlowDoc): Copy | null {
  try {
    const text = localStorage.getItem(key(flow));
    const copy = text ? (parse(text) as Copy) : null;
    if (!copy || typeof copy.doc !== "object" || !copy.doc?.nodes) return null;
    return stringify(copy.doc) === stringify(draft) ? null : copy;
  } catch {
    return null;
  }
}

/** Live checking: the server's checker looks at the document a moment after each edit. */

import { ApiError, flowPath, post } from "./api";
import type { FlowDoc, Problem } from "./types";

export const PAUSE = 400; // milliseconds without an edit before it is checked

export interface Checker {
  changed: (doc: FlowDoc) => void;
  stop: () => void;
}

/** Check documents as they change; a newer one makes the older request stale. */
export function checker(flow: string, found: (doc: FlowDoc, problems: Problem[]) => void): Checker {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | null = null;

  async function check(doc: FlowDoc): Promise<void> {
    const own = (asking = new AbortController());
    try {
      const { problems } = await post<{ problems: Problem[] }>(flowPath(flow, "check"), { doc }, own.signal);
      if (!own.signal.aborted) found(doc, problems);
    } catch (error) {
      if (error instanceof ApiError && error.passing && !own.signal.aborted) timer = setTimeout(() => void check(doc), 5000);
    }
  }

  return {
    changed(doc) {
      clearTimeout(timer);
      asking?.abort();
      timer = setTimeout(() => void check(doc), PAUSE);
    },
    stop() {
      clearTimeout(timer);
      asking?.abort();
    },
  };
}

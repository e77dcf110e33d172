/** What the server says of a flow's versions, plans and differences, and what is asked of it. */

import { all, ask, flowPath, get, post, send } from "../api";
import type { FlowAnswer, FlowDoc, Problem, TestsRun } from "../types";
import type { WholeDiff } from "./diff_words";

export interface Version {
  version: number;
  comment: string;
  author: string;
  created_at: string;
  /** Whether callers meet it now. */
  published: boolean;
}

export interface Plan {
  at: string;
  comment: string;
  author: string;
  /** waiting, or failed: why is in `problem`. */
  state: string;
  problem: string;
}

/** One end of a comparison: a version's number, or the draft. */
export type End = number | "draft";

export interface Publication {
  comment: string;
  revision: number;
  at?: string;
  despite_failing_tests?: boolean;
}

export interface Published {
  version: number | null;
  planned: Plan | null;
}

export const readVersions = (flow: string): Promise<Version[]> => all<Version>(flowPath(flow, "versions"));

/** The document of an old version. */
export async function readVersion(flow: string, version: number): Promise<FlowDoc> {
  return (await get<{ doc: FlowDoc }>(flowPath(flow, "versions", String(version)))).doc;
}

export const readDiff = (flow: string, from: End, to: End, signal: AbortSignal): Promise<WholeDiff> =>
  get(`${flowPath(flow, "diff")}?from=${from}&to=${to}`, signal);

/** The publication to come; null for none. */
export async function readPlan(flow: string): Promise<Plan | null> {
  return (await get<{ planned: Plan | null }>(flowPath(flow, "planned"))).planned;
}

export const cancelPlan = (flow: string): Promise<Response> => send("DELETE", flowPath(flow, "planned"));

export const publish = (flow: string, publication: Publication): Promise<Published> =>
  post(flowPath(flow, "publish"), publication);

export const rollBack = (flow: string, version: number, comment: string): Promise<{ version: number }> =>
  post(flowPath(flow, "rollback"), { version, comment });

/** What speaks against publishing the saved draft. */
export async function readObjections(flow: string): Promise<{ problems: Problem[]; tests: TestsRun }> {
  const [{ problems }, tests] = await Promise.all([
    get<FlowAnswer>(flowPath(flow)),
    post<TestsRun>(flowPath(flow, "tests", "run"), {}),
  ]);
  return { problems, tests };
}

/** Read a flow written as YAML. */
export const readYaml = (content: string): Promise<{ doc: FlowDoc; problems: Problem[] }> =>
  ask("POST", "/flows/import", { text: { type: "text/yaml", content } });

/** The API's client: the same /api/v1 that others use, with the page's session and its CSRF token. */

import { parse, stringify } from "./ordered";
import type { Forms, NodeForm, Page } from "./types";

export const BASE = "/api/v1";

export interface FieldError {
  field: string;
  code: string;
  reason: string;
}

/** The body of a refusal (RFC 9457), with what else the endpoint says, such as `current` or `problems`. */
export interface ProblemJson {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: FieldError[];
  [member: string]: unknown;
}

/** A refused request. `status` is 0 when the server could not be reached; `message` is in the user's language. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: FieldError[];
  readonly body: ProblemJson;

  constructor(status: number, body: ProblemJson) {
    super(body.detail || body.title || String(status || "offline"));
    this.name = "ApiError";
    this.status = status;
    this.body = body;
    this.errors = body.errors ?? [];
  }

  /** Whether the same request may succeed later: nobody there, too many requests, or a fault of the server. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface Asked {
  body?: unknown;
  /** Text instead of JSON, such as YAML. */
  text?: { type: string; content: string };
  /** A file instead of JSON. */
  file?: Blob;
  ifMatch?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  keepalive?: boolean;
}

function csrf(): string {
  return document.getElementById("editor")?.dataset.csrf ?? "";
}

/** Send a request below /api/v1. Raises ApiError; an aborted one raises the browser's AbortError. */
export async function send(method: string, path: string, asked: Asked = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", ...asked.headers };
  if (method !== "GET") headers["X-CSRFToken"] = csrf();
  if (asked.ifMatch) headers["If-Match"] = asked.ifMatch;
  if (asked.body !== undefined) headers["Content-Type"] = "application/json";
  if (asked.text) headers["Content-Type"] = asked.text.type;
  if (asked.file) headers["Content-Type"] = asked.file.type;
  const body = asked.body !== undefined ? stringify(asked.body) : (asked.text?.content ?? asked.file ?? null);
  const init: RequestInit = { method, headers, body, credentials: "same-origin" };
  if (asked.signal) init.signal = asked.signal;
  if (asked.keepalive) init.keepalive = true;
  let response: Response;
  try {
    response = await fetch(BASE + path, init);
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    throw new ApiError(0, {});
  }
  if (!response.ok) throw new ApiError(response.status, await refusal(response));
  return response;
}

async function refusal(response: Response): Promise<ProblemJson> {
  try {
    const body = parse(await response.text());
    return typeof body === "object" && body !== null ? (body as ProblemJson) : {};
  } catch {
    return { title: response.statusText };
  }
}

/** Send a request and read the JSON it answers; the order of keys is kept. */
export async function ask<Answer>(method: string, path: string, asked: Asked = {}): Promise<Answer> {
  const response = await send(method, path, asked);
  const text = await response.text();
  return (text ? parse(text) : null) as Answer;
}

export const get = <Answer>(path: string, signal?: AbortSignal): Promise<Answer> =>
  ask<Answer>("GET", path, signal ? { signal } : {});

export const post = <Answer>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> =>
  ask<Answer>("POST", path, signal ? { body, signal } : { body });

/** The address of a flow below the API, or of something of it. */
export function flowPath(flow: string, ...rest: string[]): string {
  return ["/flows", flow, ...rest].map((part, place) => (place ? encodeURIComponent(part) : part)).join("/");
}

/** Read a whole collection, page by page. */
export async function all<Item>(path: string): Promise<Item[]> {
  const found: Item[] = [];
  let next: string | null = "";
  while (next !== null) {
    const page: Page<Item> = await get(next ? `${path}?cursor=${encodeURIComponent(next)}` : path);
    found.push(...page.items);
    next = page.next || null;
  }
  return found;
}

/** Read the palette, however the collection is wrapped. */
export async function readForms(): Promise<Forms> {
  const answer = await get<Forms | { items: NodeForm[] }>("/nodes");
  const forms = Array.isArray(answer.items) ? answer.items : Object.values(answer as Forms);
  return Object.fromEntries(forms.map((form) => [form.kind, form]));
}

/** What is understood of a sound file; "" for no words. `language` "" is the subscriber's. */
export async function understand(sound: Blob, language: string): Promise<string> {
  const query = language ? `?language=${encodeURIComponent(language)}` : "";
  return (await ask<{ text: string }>("POST", `/speech/heard${query}`, { file: sound })).text;
}

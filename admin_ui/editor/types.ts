/** The editor's data: flow documents as `apply` writes them, and what the API answers. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One box of a flow; its other fields are those of its kind's form. */
export interface NodeDoc {
  kind: string;
  exits?: Record<string, string>;
  note?: string;
  at?: [number, number];
  [field: string]: unknown;
}

/** The call as a test or the simulator begins it. `at` is local time unless it names a zone. */
export interface Given {
  caller?: string;
  called?: string;
  caller_name?: string;
  language?: string;
  at?: string;
  variables?: Record<string, string>;
  counters?: Record<string, number>;
  lists?: Record<string, boolean>;
  busy?: string[];
  [field: string]: unknown;
}

/** One line of a script: one key of this, such as {press: "1"} or {answer: "101"}. Unknown keys are kept. */
export type Line = Record<string, unknown>;

export interface Expect {
  path?: string[];
  said?: string[];
  variables?: Record<string, string>;
  hung_up?: string;
  [field: string]: unknown;
}

export interface FlowTest {
  name: string;
  given?: Given;
  script?: Line[];
  expect?: Expect;
  [field: string]: unknown;
}

export interface FlowDoc {
  name: string;
  start: string;
  nodes: Record<string, NodeDoc>;
  tests?: FlowTest[];
  note?: string;
  [field: string]: unknown;
}

/** One way out of a kind of node: one named exit, one per key of the field `each`, or one while `when` is set. */
export interface ExitForm {
  name?: string;
  title?: string;
  help?: string;
  optional?: boolean;
  each?: string;
  when?: string;
  progress?: boolean;
}

/** JSON Schema of a field, with the editor's hints beside it. */
export interface FieldSchema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  anyOf?: FieldSchema[];
  allOf?: FieldSchema[];
  $ref?: string;
  items?: FieldSchema;
  prefixItems?: FieldSchema[];
  properties?: Record<string, FieldSchema>;
  patternProperties?: Record<string, FieldSchema>;
  additionalProperties?: boolean | FieldSchema;
  required?: string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  pattern?: string;
  widget?: string;
  show_when?: string;
  $defs?: Record<string, FieldSchema>;
  [hint: string]: unknown;
}

/** A kind of node as GET /nodes describes it: the palette, the form, the exits and the help come from here. */
export interface NodeForm {
  kind: string;
  revision: number;
  title: string;
  help: string;
  icon: string;
  group: string;
  exits: ExitForm[];
  open_exits: boolean;
  schema: FieldSchema;
}

export type Forms = Record<string, NodeForm>;

/** One thing wrong. `where` is a node ("" for the whole flow), `field` a dotted path such as `choices.1`. */
export interface Problem {
  where: string;
  field: string;
  code: string;
  text: string;
  severity: "error" | "warning";
}

/** One node walked, in order; `exit` is "" while the call is in it. */
export interface Step {
  flow: string;
  version: number;
  node: string;
  kind: string;
  exit: string;
}

export interface Sound {
  text: string;
  language: string;
  prompt: string;
}

/** What happened, in order: said, asked, pressed, dialled, answered, checked, counted, http, hung_up ... */
export interface SeenEvent {
  type: string;
  node: string;
  text: string;
  sounds?: Sound[];
  [field: string]: unknown;
}

export interface Waiting {
  for: "keys" | "phone" | "http" | (string & {});
  node: string;
  command: Record<string, unknown>;
  targets?: string[];
  sounds?: Sound[];
}

/** What the simulator saw: the answer of POST /flows/{name}/simulate. */
export interface Seen {
  steps: Step[];
  events: SeenEvent[];
  waiting: Waiting | null;
  variables: Record<string, string>;
  ended: boolean;
  cause: string;
  problem: { where: string; text: string } | null;
}

/** The answer of POST /flows/{name}/replay: `stopped` is the first command that no longer matches. */
export interface Replayed extends Seen {
  stopped: { index: number; recorded: unknown; asked: unknown; text: string } | null;
}

export interface TestResult {
  name: string;
  ok: boolean;
  problems: string[];
  path: string[];
  said: string[];
}

/** How often the tests came by: nodes by name, exits by "node.exit". */
export interface Coverage {
  nodes: Record<string, number>;
  exits: Record<string, number>;
}

export interface TestsRun {
  tests: TestResult[];
  coverage: Coverage;
}

export type FieldChange = [field: string, before: unknown, after: unknown];

export interface FlowDiff {
  added: string[];
  removed: string[];
  /** New names and the old ones. */
  renamed?: Record<string, string>;
  changed: Record<string, FieldChange[]>;
  outline: FieldChange[];
}

/** What is compared. `before` and `after` are null for the draft as it stands in the editor. */
export interface Comparison {
  diff: FlowDiff;
  before: FlowDoc | null;
  after: FlowDoc | null;
  /** The two ends in words: "Version 2 → Draft". */
  title: string;
}

/** The answer of GET /flows/{name}. */
export interface FlowAnswer {
  name: string;
  published: number | null;
  revision: number;
  draft: FlowDoc;
  saved_at: string | null;
  saved_by: string | null;
  problems: Problem[];
}

export interface DraftSaved {
  revision: number;
  saved_at: string;
  problems: Problem[];
}

/** What a 412 carries: the draft somebody else saved meanwhile. */
export interface CurrentDraft {
  revision: number;
  draft: FlowDoc;
  saved_by: string | null;
  saved_at?: string | null;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/* Props of the side panels. Each is the default export of its file and is loaded when first opened. */

export interface PhoneProps {
  flow: string;
  doc: FlowDoc;
  select: (node: string) => void;
  onPath: (steps: Step[]) => void;
  onSaveTest: (test: FlowTest) => void;
  replayCall: string | null;
}

export interface TestsProps {
  flow: string;
  doc: FlowDoc;
  onChange: (tests: FlowTest[]) => void;
  onCoverage: (coverage: Coverage | null) => void;
  onPath: (steps: Step[]) => void;
  /** Selects a node and brings it into view. */
  select: (node: string) => void;
}

export interface VersionsProps {
  flow: string;
  /** The draft as it stands in the editor. */
  doc: FlowDoc;
  revision: number;
  /** Whether the draft has edits that are not saved yet: publishing waits for them. */
  dirty: boolean;
  /** Puts a document into the editor as an edit that can be undone. */
  onRestore: (doc: FlowDoc) => void;
  onCompare: (compared: Comparison | null) => void;
  onPublished: (version: number) => void;
}

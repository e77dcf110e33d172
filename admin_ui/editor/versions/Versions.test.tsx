import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import Versions from "./Versions";

const OLD = { name: "reception", start: "a", nodes: {} };
const DRAFT = { name: "reception", start: "shop", nodes: { shop: { kind: "dial" }, night: { kind: "say" } } };
const VERSIONS = [
  { version: 1, comment: "First", author: "claire", created_at: "2026-11-01T08:00:00Z", published: false },
  { version: 2, comment: "", author: "paul", created_at: "2026-11-20T08:00:00Z", published: true },
];
const DIFF = { added: ["night"], removed: [], changed: { shop: [["ring", 25, 15]] }, outline: [] };

let answers: Record<string, unknown>;
let refusal: { status: number; body: unknown } | null;
let sent: { method: string; url: string; body: unknown }[];

beforeEach(() => {
  sent = [];
  refusal = null;
  answers = {
    "/versions": { items: VERSIONS, next: "" },
    "/versions/1": { version: 1, doc: OLD },
    "/planned": { planned: null },
    "/diff": DIFF,
    "/tests/run": { tests: [], coverage: { nodes: {}, exits: {} } },
    "/publish": { version: 3, planned: null },
    "/rollback": { version: 3, planned: null },
    "/api/v1/nodes": {},
    "": { name: "reception", problems: [] },
  };
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.replace(/^\/api\/v1\/flows(\/reception)?/, "").replace(/\?.*/, "");
    sent.push({ method: String(init.method), url, body: init.body && path !== "/import" ? JSON.parse(String(init.body)) : null });
    if (path === "/publish" && refusal) return new Response(JSON.stringify(refusal.body), { status: refusal.status });
    return new Response(JSON.stringify(answers[path] ?? {}));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(more = {}) {
  const props = { flow: "reception", doc: DRAFT, revision: 12, dirty: false, onRestore: vi.fn(), onCompare: vi.fn(), onPublished: vi.fn(), ...more };
  render(<Versions {...props} />);
  return { ...props, user: userEvent.setup() };
}
const publishing = () => sent.filter(({ url }) => url.endsWith("/publish")).map(({ body }) => body);
const ready = () => waitFor(() => expect((screen.getByRole("button", { name: /^Publish$|^Plan/ }) as HTMLButtonElement).disabled).toBe(false));

describe("publishing", () => {
  it("sends the comment and the revision, and says what that means for callers", async () => {
    const { user, onPublished } = open();
    await ready();
    await user.type(screen.getByLabelText("What changes for callers?"), "Orders at night");
    await user.click(screen.getByRole("button", { name: "Publish" }));
    await screen.findByText(/Version 3 is in service: new calls take it/);
    expect(publishing()).toEqual([{ comment: "Orders at night", revision: 12 }]);
    expect(onPublished).toHaveBeenCalledWith(3);
  });

  it("is held back by failing tests until that is waved through", async () => {
    answers["/tests/run"] = { tests: [{ name: "by day", ok: false, problems: ["It went home."], path: [], said: [] }], coverage: { nodes: {}, exits: {} } };
    const { user } = open();
    await screen.findByText("by day: It went home.");
    const button = screen.getByRole("button", { name: "Publish" }) as HTMLButtonElement;
    expect(button.disabled).toBe(true);
    await user.click(screen.getByRole("checkbox", { name: "Publish although tests fail" }));
    await user.click(button);
    await waitFor(() => expect(publishing()).toEqual([{ comment: "", revision: 12, despite_failing_tests: true }]));
  });

  it("is impossible while something is wrong, and while edits are being saved", async () => {
    answers[""] = { problems: [{ where: "shop", field: "to", code: "x", text: "Nobody is rung.", severity: "error" }] };
    open();
    await screen.findByText("shop: Nobody is rung.");
    expect((screen.getByRole("button", { name: "Publish" }) as HTMLButtonElement).disabled).toBe(true);
    cleanup();
    open({ dirty: true });
    await screen.findByText("The last edits are being saved…");
    expect((screen.getByRole("button", { name: "Publish" }) as HTMLButtonElement).disabled).toBe(true);
  });

  it("can be planned for a moment to come, and called off", async () => {
    const planned = { at: "2126-12-24T09:00:00Z", comment: "Christmas", author: "claire", state: "waiting" };
    answers["/publish"] = { version: null, planned };
    const { user } = open();
    await ready();
    await user.click(screen.getByLabelText("At a date and time"));
    fireEvent.change(screen.getByLabelText("Date and time of the publication"), { target: { value: "2000-01-01T09:00" } });
    expect(screen.getByText("This moment has passed.")).toBeTruthy();
    fireEvent.change(screen.getByLabelText("Date and time of the publication"), { target: { value: "2126-12-24T10:00" } });
    await ready();
    answers["/planned"] = { planned };
    await user.click(screen.getByRole("button", { name: "Plan the publication" }));
    const plan = await screen.findByRole("group", { name: "Planned publication" });
    expect(publishing()[0]).toMatchObject({ at: new Date("2126-12-24T10:00").toISOString() });
    await user.click(within(plan).getByRole("button"));
    await screen.findByText("The planned publication was cancelled.");
    expect(sent.some(({ method, url }) => method === "DELETE" && url.endsWith("/planned"))).toBe(true);
  });

  it("keeps the comment and says why, when it is refused", async () => {
    refusal = { status: 412, body: { detail: "Somebody else saved the draft." } };
    const { user, onPublished } = open();
    await ready();
    await user.type(screen.getByLabelText("What changes for callers?"), "Mine");
    await user.click(screen.getByRole("button", { name: "Publish" }));
    await screen.findByText("Somebody else saved the draft.");
    expect((screen.getByLabelText("What changes for callers?") as HTMLTextAreaElement).value).toBe("Mine");
    expect(onPublished).not.toHaveBeenCalled();
  });

  it("offers to wave tests through that fail only at the server", async () => {
    refusal = { status: 409, body: { detail: "Tests fail.", errors: [{ field: "tests[0]", code: "path", reason: "It went home." }] } };
    const { user } = open();
    await ready();
    await user.click(screen.getByRole("button", { name: "Publish" }));
    await screen.findByRole("checkbox", { name: "Publish although tests fail" });
  });
});

describe("the versions", () => {
  it("are listed, the newest first, with the one in service", async () => {
    open();
    const rows = await screen.findAllByText(/^Version \d$/, { selector: "strong" });
    expect(rows.map((row) => row.textContent)).toEqual(["Version 2", "Version 1"]);
    expect(screen.getByText("in service").parentElement?.textContent).toContain("Version 2");
  });

  it("are put back as a draft", async () => {
    const { user, onRestore } = open();
    await user.click((await screen.findAllByRole("button", { name: "Restore as draft" }))[1]!);
    await waitFor(() => expect(onRestore).toHaveBeenCalledWith(OLD));
  });

  it("are rolled back to with a reason", async () => {
    const { user, onPublished } = open();
    await user.click(await screen.findByRole("button", { name: "Roll back to it…" }));
    await user.type(screen.getByLabelText("Why?"), "Too many calls{Enter}");
    await waitFor(() => expect(onPublished).toHaveBeenCalledWith(3));
    expect(sent.find(({ url }) => url.endsWith("/rollback"))?.body).toEqual({ version: 1, comment: "Too many calls" });
  });

  it("are compared in words, and on the canvas", async () => {
    answers["/versions/2"] = { version: 2, doc: OLD };
    const { user, onCompare } = open();
    await user.click(await screen.findByText("What differs"));
    await screen.findByText("“night” was added");
    expect(screen.getByText("15").tagName).toBe("INS");
    const title = "Version 2 (in service) → Draft";
    expect(onCompare).toHaveBeenLastCalledWith(expect.objectContaining({ diff: DIFF, before: OLD, after: null, title }));
    await user.selectOptions(screen.getByLabelText("After"), "1");
    const other = "Version 2 (in service) → Version 1";
    await waitFor(() => expect(onCompare).toHaveBeenLastCalledWith(expect.objectContaining({ before: OLD, after: OLD, title: other })));
    await user.click(screen.getByText("What differs"));
    await waitFor(() => expect(onCompare).toHaveBeenLastCalledWith(null));
  });
});

describe("a file", () => {
  async function choose(imported: unknown) {
    answers["/import"] = imported;
    const opened = open();
    const file = Object.assign(new File([], "other.yaml", { type: "text/yaml" }), { text: async () => "name: other" });
    await opened.user.upload(screen.getByLabelText("YAML file of a flow"), file);
    return opened;
  }

  it("becomes the draft, under the flow's own name", async () => {
    const { onRestore } = await choose({ doc: { ...OLD, name: "other" }, problems: [] });
    await screen.findByText(/“other.yaml” is in the editor/);
    expect(onRestore).toHaveBeenCalledWith(OLD);
  });

  it("that cannot be read leaves the draft alone, and says why", async () => {
    const { onRestore } = await choose({ doc: {}, problems: [{ text: "line 1: a bracket is missing" }] });
    await screen.findByText("line 1: a bracket is missing");
    expect(onRestore).not.toHaveBeenCalled();
  });
});

it("says that a planned publication could not be done", async () => {
  answers["/planned"] = { planned: { at: "2026-11-22T09:00:00Z", comment: "", author: "claire", state: "failed", version: null, problem: "A list is gone." } };
  open();
  const failed = await screen.findByRole("group", { name: "Planned publication" });
  expect(failed.textContent).toContain("could not be done: A list is gone.");
  expect(within(failed).queryByRole("button")).toBeNull();
});

import { cleanup, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { FlowDoc, FlowTest, TestsRun } from "../types";
import Tests from "./Tests";

const TESTS: FlowTest[] = [
  { name: "by day", given: { caller: "+331" }, script: [{ press: "1" }], expect: { path: ["choose", "shop"] } },
  { name: "at night" },
];
const DOC: FlowDoc = { name: "reception", start: "choose", nodes: { choose: { kind: "menu" }, shop: { kind: "dial" } }, tests: TESTS };
const RUN: TestsRun = {
  tests: [
    { name: "by day", ok: true, problems: [], path: ["choose", "shop"], said: [] },
    { name: "at night", ok: false, problems: ["The call went choose, not night."], path: ["choose"], said: [] },
  ],
  coverage: { nodes: { choose: 2, shop: 1 }, exits: { "choose.1": 1, "choose.2": 0 } },
};

let posted: unknown[];
beforeEach(() => {
  posted = [];
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    posted.push(JSON.parse(String(init.body)));
    return new Response(JSON.stringify(RUN));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function open() {
  const props = { flow: "reception", doc: DOC, onChange: vi.fn(), onCoverage: vi.fn(), onPath: vi.fn(), select: vi.fn() };
  const { rerender } = render(<Tests {...props} />);
  return { ...props, rerender: (doc: FlowDoc) => rerender(<Tests {...props} doc={doc} />), user: userEvent.setup() };
}

it("runs all tests when it is opened, and says which fail and why", async () => {
  open();
  await screen.findByText("Tests: 2, failing: 1");
  expect(posted).toEqual([{ doc: DOC }]);
  expect(screen.getByText("The call went choose, not night.")).toBeTruthy();
  expect(screen.getAllByText(/passes|fails/).map((sign) => sign.textContent?.trim())).toEqual(["fails", "passes"]);
});

it("runs them again when the edits have settled, once", async () => {
  const { rerender } = open();
  await screen.findByText("Tests: 2, failing: 1");
  vi.useFakeTimers();
  rerender({ ...DOC, start: "shop" });
  vi.advanceTimersByTime(1000);
  rerender({ ...DOC, start: "night" });
  vi.advanceTimersByTime(1400);
  expect(posted).toHaveLength(1);
  vi.advanceTimersByTime(200);
  expect(posted).toHaveLength(2);
  expect(posted[1]).toMatchObject({ doc: { start: "night" } });
});

it("shows the path of a test, and paints the coverage when it is wished for", async () => {
  const { user, onPath, onCoverage, select } = open();
  await screen.findByText("Tests: 2, failing: 1");
  await user.click(screen.getByText("by day"));
  const card = screen.getByText("by day").closest("details")!;
  await user.click(within(card).getByRole("button", { name: "Show the path" }));
  expect(onPath.mock.lastCall?.[0].map((step: { node: string }) => step.node)).toEqual(["choose", "shop"]);
  expect(onCoverage).toHaveBeenLastCalledWith(null);
  await user.click(screen.getByRole("switch"));
  expect(onCoverage).toHaveBeenLastCalledWith(RUN.coverage);
  await user.click(screen.getByRole("button", { name: "choose → 2" }));
  expect(select).toHaveBeenLastCalledWith("choose");
});

it("renames a test, but to no name that is taken", async () => {
  const { user, onChange } = open();
  await screen.findByText("Tests: 2, failing: 1");
  const card = screen.getByText("by day").closest("details")!;
  await user.click(screen.getByText("by day"));
  const name = within(card).getByLabelText("Name");
  await user.clear(name);
  await user.type(name, "at night{Enter}");
  expect(onChange).not.toHaveBeenCalled();
  expect(within(card).getByText(/There is a test of this name/)).toBeTruthy();
  await user.clear(name);
  await user.type(name, "in the morning{Enter}");
  expect(onChange).toHaveBeenLastCalledWith([{ ...TESTS[0], name: "in the morning" }, TESTS[1]]);
});

it("deletes a test and brings it back to its place", async () => {
  const { user, onChange, rerender } = open();
  await screen.findByText("Tests: 2, failing: 1");
  const card = screen.getByText("by day").closest("details")!;
  await user.click(screen.getByText("by day"));
  await user.click(within(card).getByRole("button", { name: "Delete" }));
  expect(onChange).toHaveBeenLastCalledWith([TESTS[1]]);
  rerender({ ...DOC, tests: [TESTS[1]!] });
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(onChange).toHaveBeenLastCalledWith(TESTS));
});

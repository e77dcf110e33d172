import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { Step } from "../types";
import Replay from "./Replay";
import type { ReplayAnswer } from "./replay";

const step = (node: string): Step => ({ flow: "reception", version: 0, node, kind: "menu", exit: "" });
const STOPPED: ReplayAnswer = {
  steps: [step("choose"), step("shop")],
  events: [{ type: "pressed", node: "choose", text: "", values: { keys: "1", ended: "length" } }],
  waiting: null, variables: { time_zone: "Europe/Paris" }, ended: false, cause: "",
  problem: null, stopped: { index: 2, recorded: null, asked: null, text: "The node shop asks something else here." },
};
const RECORD = { call: "c1", caller: "+331", started_at: "2026-11-23T08:00:00Z", path: [step("choose"), step("shop"), step("end")] };

function answering(replayed: ReplayAnswer) {
  const posted: unknown[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (init.body) posted.push(JSON.parse(String(init.body)));
    if (url.includes("/calls?")) return new Response(JSON.stringify({ items: [RECORD], next: "" }));
    return new Response(JSON.stringify(url.includes("/calls/") ? RECORD : replayed));
  });
  return posted;
}
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(call: string | null) {
  const props = { flow: "reception", doc: { name: "reception", start: "choose", nodes: {} }, select: vi.fn(), onPath: vi.fn(), onContinue: vi.fn() };
  render(<Replay {...props} call={call} />);
  return { ...props, user: userEvent.setup() };
}

it("marks where the draft stops to match, says why, and goes on by hand", async () => {
  const posted = answering(STOPPED);
  const { select, onPath, onContinue, user } = open("c1");
  await screen.findByText("The node shop asks something else here.");
  expect(posted).toEqual([{ call: "c1", doc: { name: "reception", start: "choose", nodes: {} } }]);
  expect(screen.getByText("stops here").closest("tr")?.textContent).toContain("shop");
  expect(select).toHaveBeenCalledWith("shop");
  expect(onPath).toHaveBeenLastCalledWith(STOPPED.steps);
  await user.click(screen.getByRole("button", { name: "Continue from here by hand" }));
  expect(onContinue).toHaveBeenCalledWith({ given: { caller: "+331", at: "2026-11-23T09:00" }, script: [{ press: "1" }] });
});

it("says when the draft takes the call the same way", async () => {
  answering({ ...STOPPED, stopped: null, steps: [step("choose"), step("shop"), step("end")], ended: true });
  const { select } = open("c1");
  await screen.findByText("This draft takes the call the same way.");
  expect(select).not.toHaveBeenCalled();
});

it("says when all answers fit and the way is another", async () => {
  answering({ ...STOPPED, stopped: null, steps: [step("choose"), step("night")], ended: true });
  open("c1");
  await screen.findByText(/takes the call another way/);
  expect(screen.getByText("parts here").closest("tr")?.textContent).toContain("night");
});

it("lists the flow's calls to choose from", async () => {
  answering(STOPPED);
  const { user } = open(null);
  await user.click(await screen.findByRole("button", { name: /\+331/ }));
  await screen.findByText("The node shop asks something else here.");
});

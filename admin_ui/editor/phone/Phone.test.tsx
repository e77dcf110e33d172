import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { FlowDoc, Seen, Step } from "../types";
import Phone from "./Phone";

const DOC: FlowDoc = { name: "reception", start: "choose", nodes: { choose: { kind: "menu" }, shop: { kind: "dial" } } };
const step = (node: string, exit = ""): Step => ({ flow: "reception", version: 0, node, kind: "menu", exit });
const EMPTY: Seen = { steps: [], events: [], waiting: null, variables: {}, ended: false, cause: "", problem: null };
const ASKED = { type: "asked", flow: "reception", node: "choose", step: 0, text: "", sounds: [{ text: "Press 1.", language: "en", prompt: "" }] };
const PRESSED = { type: "pressed", flow: "reception", node: "choose", step: 0, text: "The caller presses 1.", sounds: [] };
const FIRST: Seen = {
  ...EMPTY,
  steps: [step("choose")],
  events: [ASKED],
  waiting: { for: "keys", node: "choose", command: { type: "collect", max_digits: 3, digit_timeout: 0.05 } },
};
const RINGS: Seen = {
  ...EMPTY,
  steps: [step("choose", "1"), step("shop")],
  events: [ASKED, PRESSED],
  waiting: { for: "phone", node: "shop", command: { type: "dial" }, targets: ["101", "102"] },
};

/** Answers as the server would, by the number of lines of the script. */
let byLines: Seen[];
let asked: { given: Record<string, unknown>; script: unknown[] }[];
const played: string[] = [];

beforeEach(() => {
  localStorage.clear();
  asked = [];
  played.length = 0;
  byLines = [FIRST, RINGS, { ...RINGS, waiting: null, ended: true, cause: "NORMAL_CLEARING" }];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
    if (url.endsWith("/simulate")) {
      const body = JSON.parse(String(init.body)) as (typeof asked)[number];
      asked.push(body);
      return json(byLines[body.script.length] ?? EMPTY);
    }
    if (url.endsWith("/numbers")) return json({ items: [{ number: "+33123456789", flow: "reception" }], next: "" });
    if (url.endsWith("/extensions")) return json({ items: [{ extension: "1005", flow: "night" }], next: "" });
    if (url.endsWith("/test-calls")) return json({ detail: "No controller answers." }, 503);
    return json({ items: [], next: "" });
  });
  vi.stubGlobal("Audio", class {
    src = "";
    pause() {}
    play() {
      played.push(this.src);
      return Promise.resolve();
    }
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(more: Partial<Parameters<typeof Phone>[0]> = {}) {
  const props = { flow: "reception", doc: DOC, select: vi.fn(), onPath: vi.fn(), onSaveTest: vi.fn(), replayCall: null, ...more };
  return { ...props, ...render(<Phone {...props} />), user: userEvent.setup() };
}

async function start() {
  const opened = open();
  await waitFor(() => expect((screen.getByLabelText("Number called") as HTMLInputElement).value).toBe("+33123456789"));
  await opened.user.type(screen.getByLabelText("Who calls"), "+33611111111");
  await opened.user.click(screen.getByRole("button", { name: "Start the call" }));
  await screen.findByText("Press 1.");
  return opened;
}

describe("the phone", () => {
  it("starts a call with the settings, shows, plays and lights what happens", async () => {
    const { onPath } = await start();
    expect(asked[0]).toMatchObject({ given: { caller: "+33611111111", called: "+33123456789" }, script: [] });
    expect(played).toEqual(["/api/v1/speech?text=Press%201.&language=en"]);
    expect(onPath).toHaveBeenLastCalledWith(FIRST.steps);
  });

  it("takes keys of the keyboard as one answer after the pause", async () => {
    await start();
    fireEvent.keyDown(screen.getByLabelText("Simulated call"), { key: "1" });
    fireEvent.keyDown(screen.getByLabelText("Simulated call"), { key: "0" });
    expect(screen.getByLabelText("Keys pressed").textContent).toBe("10");
    await waitFor(() => expect(asked.at(-1)?.script).toEqual([{ press: "10" }]));
  });

  it("rings a card for each person, and says who answers", async () => {
    const { user } = await start();
    await user.click(within(screen.getByRole("group", { name: "Keypad" })).getByRole("button", { name: "1" }));
    const card = await screen.findByRole("region", { name: "102" });
    await user.click(within(card).getByRole("button", { name: "Answer" }));
    await screen.findByText("The call is over (NORMAL_CLEARING).");
    expect(asked.at(-1)?.script).toEqual([{ press: "1" }, { answer: "102" }]);
  });

  it("rings on after one person refused, and goes on when nobody is left", async () => {
    const { user } = await start();
    await user.click(within(screen.getByRole("group", { name: "Keypad" })).getByRole("button", { name: "1" }));
    await user.click(within(await screen.findByRole("region", { name: "101" })).getByRole("button", { name: "Busy" }));
    expect(asked).toHaveLength(2);
    await user.click(within(screen.getByRole("region", { name: "102" })).getByRole("button", { name: "No answer" }));
    await waitFor(() => expect(asked.at(-1)?.script).toEqual([{ press: "1" }, { no_answer: true }]));
  });

  it("hangs up in the node where the caller is, and takes it back", async () => {
    const { user } = await start();
    await user.click(screen.getByRole("button", { name: "Hang up" }));
    await waitFor(() => expect(asked.at(-1)?.script).toEqual([{ hang_up: "choose" }]));
    await user.click(screen.getByRole("button", { name: "Take the last step back" }));
    await waitFor(() => expect(asked.at(-1)?.script).toEqual([]));
  });

  it("keeps the call while another tab is looked at, and plays nothing twice", async () => {
    const { user } = await start();
    await user.click(screen.getByRole("tab", { name: "Real call" }));
    expect(screen.queryByText("Press 1.")).toBeNull();
    await user.click(screen.getByRole("tab", { name: "Simulator" }));
    expect(screen.getByText("Press 1.")).toBeTruthy();
    expect(asked).toHaveLength(1);
    expect(played).toHaveLength(1);
  });

  it("saves the way as a test, under a name that is free", async () => {
    const { user, onSaveTest } = await start();
    await user.click(screen.getByRole("button", { name: "Save as test" }));
    await user.type(screen.getByLabelText("Name of the test"), "a try{Enter}");
    const saved = { name: "a try", given: { caller: "+33611111111" }, expect: { path: ["choose"] } };
    expect(vi.mocked(onSaveTest).mock.lastCall?.[0]).toMatchObject(saved);
    expect(screen.getByText("“a try” is now a test of this flow.")).toBeTruthy();
  });

  it("plays the lines again on an edited flow, and says that the way differs", async () => {
    const { rerender, user: _, ...props } = await start();
    byLines = [{ ...FIRST, steps: [step("shop")] }];
    const doc = { ...DOC, start: "shop" };
    rerender(<Phone {...props} doc={doc} />);
    await screen.findByText(/The flow was edited: the call now goes shop; before, it went choose\./, {}, { timeout: 2000 });
    expect(asked.at(-1)).toMatchObject({ doc, script: [] });
  });

  it("selects the node of a problem", async () => {
    byLines = [{ ...FIRST, waiting: null, problem: { where: "choose", text: "The exit leads nowhere." } }];
    const { user, select } = await start();
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("The exit leads nowhere.");
    await user.click(within(alert).getByRole("button", { name: "choose" }));
    expect(select).toHaveBeenCalledWith("choose");
  });

  it("offers the short number that leads to the flow", async () => {
    open({ flow: "night" });
    await waitFor(() => expect((screen.getByLabelText("Number called") as HTMLInputElement).value).toBe("1005"));
  });

  it("says why no real call can be placed", async () => {
    const { user } = open();
    await user.click(screen.getByRole("tab", { name: "Real call" }));
    await screen.findByText("No controller answers.");
    expect(screen.queryByRole("button", { name: "Call now" })).toBeNull();
  });
});

describe("a web service", () => {
  const WEB: Seen = { ...FIRST, waiting: { for: "http", node: "choose", command: { type: "request", method: "GET", url: "https://shop.example/" } } };

  it("answers as it is told, and from then on by itself", async () => {
    byLines = [WEB, { ...WEB, events: [ASKED, PRESSED] }, { ...EMPTY, events: [ASKED, PRESSED, PRESSED], ended: true }];
    const { user } = await start();
    fireEvent.change(screen.getByLabelText("JSON document"), { target: { value: '{"a": 1}' } });
    await user.click(screen.getByRole("checkbox", { name: /like this from now on/ }));
    await user.click(screen.getByRole("button", { name: "Send the answer" }));
    const line = { http: { status: 200, json: { a: 1 } } };
    await waitFor(() => expect(asked.at(-1)?.script).toEqual([line, line]));
  });

  it("shows what is no JSON, and keeps what was typed", async () => {
    byLines = [WEB];
    const { user } = await start();
    fireEvent.change(screen.getByLabelText("JSON document"), { target: { value: "{" } });
    await user.click(screen.getByRole("button", { name: "Send the answer" }));
    expect(screen.getByText(/This is not JSON/)).toBeTruthy();
    expect(asked).toHaveLength(1);
  });
});

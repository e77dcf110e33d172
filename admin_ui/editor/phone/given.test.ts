import { beforeEach, describe, expect, it } from "vitest";

import type { FlowDoc, Forms } from "../types";
import { callerName, callerPresets } from "./callers";
import { DEFAULTS, givenOf, keepSettings, lastSettings, readVariables } from "./given";
import { localNow, momentPresets, nextHoliday, nextSunday } from "./moments";
import { listsUsed, numbersRung } from "./used";
import { httpLine, recalled, remember } from "./web_answers";

beforeEach(() => localStorage.clear());

describe("what is given", () => {
  it("says only what was set, and the moment of the start", () => {
    expect(givenOf({ ...DEFAULTS, caller: "+33611111111" }, "2026-11-23T09:00")).toEqual({
      caller: "+33611111111",
      at: "2026-11-23T09:00",
    });
  });

  it("holds lists, busy phones and variables", () => {
    const settings = { ...DEFAULTS, lists: { unwanted: true }, busy: ["101"], variables: "vip = yes\n\nbroken", at: "2026-12-25T11:00" };
    expect(givenOf(settings, "")).toEqual({
      at: "2026-12-25T11:00", lists: { unwanted: true }, busy: ["101"], variables: { vip: "yes" },
    });
  });

  it("keeps = in a value", () => {
    expect(readVariables("query=a=b")).toEqual({ query: "a=b" });
  });

  it("is remembered for each flow", () => {
    keepSettings("reception", { ...DEFAULTS, caller: "1" });
    expect(lastSettings("reception")?.caller).toBe("1");
    expect(lastSettings("night")).toBeNull();
    localStorage.setItem("souffleur.phone.given.night", "{broken");
    expect(lastSettings("night")).toBeNull();
  });
});

describe("moments", () => {
  it("are on the subscriber's clock", () => {
    expect(localNow(new Date("2026-11-23T23:30:00Z"), "Europe/Paris")).toBe("2026-11-24T00:30");
  });

  it("find the next Sunday and holiday", () => {
    expect(nextSunday("2026-11-23")).toBe("2026-11-29");
    expect(nextSunday("2026-11-29")).toBe("2026-12-06");
    expect(nextHoliday("2026-11-23", "FR")).toBe("2026-12-25");
    expect(nextHoliday("2026-12-25", "DE")).toBe("2026-12-26");
    expect(nextHoliday("2026-12-31", "XX")).toBe("2027-01-01");
  });

  it("tonight is never before now", () => {
    const late = momentPresets(new Date("2026-11-23T23:00:00Z"), "FR", "UTC");
    expect(late.map(({ at }) => at)).toEqual(["2026-11-23T23:00", "2026-11-23T23:00", "2026-11-29T11:00", "2026-12-25T11:00"]);
  });
});

describe("callers", () => {
  const doc: FlowDoc = { name: "r", start: "a", nodes: {}, tests: [{ name: "t", given: { caller: "+33611111111" } }] };

  it("are those the tests know, else a number of the country", () => {
    expect(callerPresets(doc, "FR")[0]?.caller).toBe("+33611111111");
    expect(callerPresets({ ...doc, tests: [] }, "DE")[0]?.caller).toBe("+4917139200123");
  });

  it("from abroad are from another country", () => {
    expect(callerPresets(doc, "GB")[2]?.caller).toMatch(/^\+33/);
    expect(callerPresets(doc, "FR")[2]?.caller).toMatch(/^\+44/);
  });

  it("without a number are anonymous", () => {
    expect(["", "Anonymous", "+331"].map(callerName)).toEqual(["Anonymous caller", "Anonymous caller", "+331"]);
  });
});

it("finds lists and phones by the forms, whatever the nodes are called", () => {
  const form = (properties: Record<string, { widget: string }>) => ({ schema: { properties } });
  const forms = {
    check_list: form({ list: { widget: "list" } }),
    dial: form({ to: { widget: "targets" } }),
  } as unknown as Forms;
  const doc: FlowDoc = {
    name: "r",
    start: "a",
    nodes: {
      a: { kind: "check_list", list: "unwanted" },
      b: { kind: "dial", to: ["102", "101", "{{extension}}"] },
      c: { kind: "dial", to: ["101"] },
      d: { kind: "unknown", list: "none" },
    },
  };
  expect(listsUsed(doc, forms)).toEqual(["unwanted"]);
  expect(numbersRung(doc, forms)).toEqual(["101", "102"]);
});

describe("answers of web services", () => {
  const answer = { status: 200, body: '{"a": 1}', outcome: "", always: false } as const;

  it("become a line", () => {
    expect(httpLine(answer)).toEqual({ http: { status: 200, json: { a: 1 } } });
    expect(httpLine({ ...answer, body: " " })).toEqual({ http: { status: 200 } });
    expect(httpLine({ ...answer, outcome: "unknown" })).toEqual({ http: { outcome: "unknown" } });
    expect(() => httpLine({ ...answer, body: "{" })).toThrow(SyntaxError);
  });

  it("are remembered for each flow and node", () => {
    remember("reception", "orders", answer);
    expect(recalled("reception")).toEqual({ orders: answer });
    expect(recalled("night")).toEqual({});
  });
});

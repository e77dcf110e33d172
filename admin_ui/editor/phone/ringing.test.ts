import { describe, expect, it } from "vitest";

import type { Waiting } from "../types";
import { afterRefusal, ringsNow, rungIn } from "./ringing";

const rings = (targets: string[], command: Record<string, unknown> = {}): Waiting => ({
  for: "phone", node: "shop", command, targets,
});

describe("phones that ring at once", () => {
  const both = rings(["101", "102"]);

  it("ring on while somebody is left", () => {
    expect(afterRefusal(both, [{ number: "101", how: "busy" }])).toBeNull();
    expect(ringsNow(both, [{ number: "101", how: "busy" }], "101")).toBe(false);
    expect(ringsNow(both, [{ number: "101", how: "busy" }], "102")).toBe(true);
  });

  it("have not answered when one of them has not", () => {
    const refusals = [{ number: "101", how: "no_answer" as const }, { number: "102", how: "busy" as const }];
    expect(afterRefusal(both, refusals)).toEqual({ no_answer: true });
  });
});

describe("phones that ring in turn", () => {
  const turn = rings(["101", "102"], { strategy: "in_turn" });

  it("ring one after the other", () => {
    expect(["101", "102"].map((number) => ringsNow(turn, [], number))).toEqual([true, false]);
    expect(ringsNow(turn, [{ number: "101", how: "failed" }], "102")).toBe(true);
  });

  it("end as the last one does", () => {
    const refusals = [{ number: "101", how: "no_answer" as const }, { number: "102", how: "busy" as const }];
    expect(afterRefusal(turn, refusals)).toEqual({ busy: true });
  });
});

it("names the only phone that was rung", () => {
  expect(afterRefusal(rings(["101"]), [{ number: "101", how: "busy" }])).toEqual({ busy: "101" });
});

it("reads the numbers from the command when the server does not name them", () => {
  expect(rungIn({ for: "phone", node: "n", command: { targets: [{ type: "extension", number: "101" }] } })).toEqual(["101"]);
});

import { describe, expect, it } from "vitest";

import { keysOf, NOTHING_TYPED, press, shown, telephoneKey, type Keys } from "./keys";

const typing = (keys: Keys, pressed: string) => [...pressed].reduce((typed, key) => press(keys, typed, key), NOTHING_TYPED);

describe("what a command asks of the keys", () => {
  it("has the engine's values where the command leaves them out", () => {
    expect(keysOf({ type: "collect" })).toEqual({
      most: 1, least: 1, terminators: "#", firstTimeout: 5, betweenTimeout: 2, secret: false,
    });
  });

  it("keeps an empty terminator: every key counts", () => {
    expect(keysOf({ terminators: "", max_digits: 4 })).toMatchObject({ terminators: "", most: 4 });
  });
});

describe("keys one after the other", () => {
  const keys = keysOf({ max_digits: 4 });

  it("are one answer until as many came as are taken", () => {
    expect(typing(keys, "101")).toEqual({ pressed: "101", complete: false });
    expect(typing(keys, "1012")).toEqual({ pressed: "1012", complete: true });
  });

  it("end with a terminator, which belongs to the line", () => {
    expect(typing(keys, "10#")).toEqual({ pressed: "10#", complete: true });
    expect(typing(keys, "#")).toEqual({ pressed: "#", complete: true });
  });

  it("take # as any other key where nothing ends them", () => {
    expect(typing(keysOf({ max_digits: 2, terminators: "" }), "#")).toEqual({ pressed: "#", complete: false });
  });

  it("take nothing more when they are complete", () => {
    expect(typing(keysOf({}), "12").pressed).toBe("1");
  });
});

it("shows a PIN as dots", () => {
  expect(shown(keysOf({ secret: true }), "4711")).toBe("••••");
  expect(shown(keysOf({}), "1")).toBe("1");
});

it("knows a telephone's keys", () => {
  expect(["7", "*", "#", "a", "Enter"].map(telephoneKey)).toEqual(["7", "*", "#", null, null]);
});

import { describe, expect, it } from "vitest";

import { forms } from "../testing/samples";
import type { NodeDoc } from "../types";
import { fieldName, isSame, sayChange, valueWords } from "./diff_words";
import { wordDiff } from "./words_diff";

const changed = (before: string, after: string) =>
  wordDiff(before, after)
    .map(({ text, what }) => (what === "same" ? text : what === "added" ? `[+${text}]` : `[-${text}]`))
    .join("");

describe("texts word by word", () => {
  it("keep what stayed", () => {
    expect(changed("For the shop press 1.", "For the bakery press 1.")).toBe("For the [-shop ][+bakery ]press 1.");
  });

  it("show what was put at the end and taken from the beginning", () => {
    expect(changed("Hello and welcome.", "welcome. Bye.")).toBe("[-Hello and ]welcome. [+Bye.]");
  });

  it("are the same when only spaces differ at the end", () => {
    expect(changed("a b", "a b ")).toBe("a b ");
  });

  it("show very long texts whole", () => {
    const long = "word ".repeat(2000);
    expect(wordDiff(long, `${long}more`).map((piece) => piece.what)).toEqual(["removed", "added"]);
  });
});

describe("fields", () => {
  const menu: NodeDoc = { kind: "menu", choices: { "1": "shop" }, exits: { "1": "shop" } };
  const named = (field: string, node: NodeDoc) => fieldName(field, { before: node, after: node, forms });

  it("have the names of their form", () => {
    expect(named("first_digit_timeout", menu)).toBe("Wait for a key");
    expect(named("prompt.text.fr", menu)).toBe("Prompt › fr");
    expect(named("to[0]", { kind: "dial" })).toBe("Whom to ring › 1");
    expect(fieldName("tests[2].expect.path", {})).toBe("Tests › 3 › expect › path");
    expect(fieldName("start", {})).toBe("First node");
  });

  it("have exits by their labels", () => {
    expect(named("exits.no_answer", { kind: "dial" })).toBe("Exit “No answer”");
    expect(named("exits.1", menu)).toBe("Exit “1 · shop”");
    expect(named("exits.somewhere", { kind: "subflow" })).toBe("Exit “somewhere”");
  });

  it("keep their own names where no form knows them", () => {
    expect(fieldName("to[0]", { after: { kind: "oracle" }, forms })).toBe("to › 1");
  });
});

describe("values", () => {
  it("are said", () => {
    expect([null, "", true, false, 5, ["101", "102"], [], { a: 1 }, { name: "by day", script: [] }].map((one) => valueWords(one))).toEqual([
      "not set", "empty", "yes", "no", "5", "101, 102", "empty", '{"a":1}', "by day",
    ]);
  });

  it("are their defaults where nothing is given", () => {
    const sides = { before: { kind: "dial" }, after: { kind: "dial" }, forms };
    expect(sayChange(["ring", null, 40], sides)).toEqual({ how: "values", before: "25 (default)", after: "40" });
    expect(sayChange(["strategy", "in_turn", null], sides)).toEqual({ how: "values", before: "in turn", after: "at once (default)" });
    expect(sayChange(["note", null, "Ask Paul"], sides)).toMatchObject({ before: "not set" });
    expect(sayChange(["exits.busy", "night", null], sides)).toMatchObject({ after: "leads nowhere" });
  });

  it("are compared by words only where they are long", () => {
    expect(sayChange(["ring", 25, 15])).toEqual({ how: "values", before: "25", after: "15" });
    expect(sayChange(["exits.open", "filter", "night"]).how).toBe("values");
    expect(sayChange(["text.fr", "x".repeat(50), "y"]).how).toBe("words");
    expect(sayChange(["text.fr", "", "x".repeat(50)]).how).toBe("values");
    expect(sayChange(["at", [0, 0], [1, 1]]).how).toBe("moved");
  });
});

it("knows that nothing differs", () => {
  expect(isSame({ added: [], removed: [], changed: {}, outline: [] })).toBe(true);
  expect(isSame({ added: [], removed: [], changed: {}, outline: [["start", "a", "b"]] })).toBe(false);
});

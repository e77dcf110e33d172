import { describe, expect, it } from "vitest";

import type { Forms } from "../types";
import { titlesOf } from "./Differences";
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
  const schema = { properties: { prompt: { title: "Prompt" }, ring: { title: "Ring for" } } };

  it("have the names of their form", () => {
    expect(fieldName("ring", schema)).toBe("Ring for");
    expect(fieldName("prompt.text.fr", schema)).toBe("Prompt › fr");
    expect(fieldName("to[0]", schema)).toBe("to › 1");
    expect(fieldName("tests[2].expect.path", undefined)).toBe("Tests › 3 › expect › path");
    expect(fieldName("exits.no_answer", schema)).toBe("Exit “no_answer”");
    expect(fieldName("start", undefined)).toBe("First node");
  });

  it("have a title only where all kinds agree on it", () => {
    const forms = {
      a: { schema: { properties: { to: { title: "Whom to ring" }, tries: { title: "Tries" } } } },
      b: { schema: { properties: { to: { title: "Address" }, tries: { title: "Tries" } } } },
    } as unknown as Forms;
    expect(fieldName("to", titlesOf(forms))).toBe("to");
    expect(fieldName("tries", titlesOf(forms))).toBe("Tries");
  });
});

describe("values", () => {
  it("are said", () => {
    expect([null, "", true, false, 5, ["101", "102"], [], { a: 1 }, { name: "by day", script: [] }].map(valueWords)).toEqual([
      "not set", "empty", "yes", "no", "5", "101, 102", "empty", '{"a":1}', "by day",
    ]);
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

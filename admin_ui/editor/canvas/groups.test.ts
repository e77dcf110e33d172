// @vitest-environment node
import { expect, it } from "vitest";

import { forms } from "../testing/samples";
import type { Forms } from "../types";
import { grouped } from "./groups";

const ALL: Forms = { ...forms, oracle: { ...forms.say, kind: "oracle", title: "Oracle", help: "Sees the menu of fate.", group: "magic" } as Forms[string] };

it("shows a kind nobody knew, in a group of its own that comes last", () => {
  const groups = grouped(ALL);
  expect(groups.map((group) => group.name)).toEqual(["talk", "decide", "connect", "data", "end", "magic"]);
  expect(groups.at(-1)).toMatchObject({ title: "Magic", forms: [{ kind: "oracle" }] });
  expect(groups.flatMap((group) => group.forms)).toHaveLength(Object.keys(ALL).length);
});

it("finds what is so called before what only mentions it", () => {
  const found = (words: string) => grouped(ALL, words).flatMap((group) => group.forms.map((form) => form.kind));
  expect(found("menu")).toEqual(["menu"]);
  expect(found("fate")).toEqual(["oracle"]);
  expect(found("hang")).toEqual(["hang_up"]);
  expect(found("zebra")).toEqual([]);
});

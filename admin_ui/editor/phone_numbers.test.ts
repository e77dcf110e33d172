import { afterEach, expect, it } from "vitest";

import { phone } from "./phone_numbers";

afterEach(() => document.body.replaceChildren());

function pageOf(country: string): void {
  const editor = document.createElement("div");
  editor.id = "editor";
  editor.dataset.country = country;
  document.body.replaceChildren(editor);
}

it("writes a number as the country does, and others with their code", () => {
  pageOf("FR");
  expect(["+33123456789", "+4917139200123", "101", "", "anonymous", "+33"].map(phone)).toEqual([
    "01 23 45 67 89", "+49 171 39200123", "101", "", "anonymous", "+33",
  ]);
});

it("writes every number with its code where no country is known", () => {
  pageOf("");
  expect(phone("+33123456789")).toBe("+33 1 23 45 67 89");
  document.body.replaceChildren();
  expect(phone("+33123456789")).toBe("+33 1 23 45 67 89");
});

import { afterEach, expect, it } from "vitest";

import { momentOf, timeZone } from "./clock";
import { exactly } from "./texts";

afterEach(() => document.body.replaceChildren());

function pageIn(zone: string): void {
  const editor = document.createElement("div");
  editor.id = "editor";
  editor.dataset.timeZone = zone;
  document.body.replaceChildren(editor);
}

it("takes a local moment as the subscriber's clock shows it", () => {
  expect(momentOf("2026-11-23T09:00", "Europe/Paris").toISOString()).toBe("2026-11-23T08:00:00.000Z");
  expect(momentOf("2026-07-14T09:00", "Europe/Paris").toISOString()).toBe("2026-07-14T07:00:00.000Z");
  expect(momentOf("2026-03-29T03:30", "Europe/Paris").toISOString()).toBe("2026-03-29T01:30:00.000Z"); // the night of the change
  expect(momentOf("2026-11-23T09:00", "America/New_York").toISOString()).toBe("2026-11-23T14:00:00.000Z");
  expect(momentOf("2026-11-23T09:00", "UTC").toISOString()).toBe("2026-11-23T09:00:00.000Z");
});

it("shows moments on that clock", () => {
  pageIn("Asia/Tokyo");
  expect(exactly(new Date("2026-11-23T08:00:00Z"))).toContain("5:00:00");
  expect(momentOf("2026-11-23T17:00").toISOString()).toBe("2026-11-23T08:00:00.000Z");
  pageIn("Nowhere/At_all");
  expect(timeZone()).toBeUndefined();
});

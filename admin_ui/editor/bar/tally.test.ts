// @vitest-environment node
import { expect, it } from "vitest";

import type { Problem } from "../types";
import { tally, tallyWords } from "./tally";

const problem = (severity: Problem["severity"]): Problem => ({ where: "", field: "", code: "", text: "", severity });

it("tells errors and warnings apart, and one from many", () => {
  const said = (...all: Problem["severity"][]) => tallyWords(tally(all.map(problem)));
  expect(said()).toBe("No problems");
  expect(said("warning")).toBe("1 warning");
  expect(said("error", "warning", "warning")).toBe("1 problem, 2 warnings");
  expect(said("error", "error")).toBe("2 problems");
});

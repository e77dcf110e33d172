import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Waiting } from "../types";
import { keysOf } from "./keys";
import { Speech } from "./Speech";
import { lineWords } from "./words";

const WAITING: Waiting = { for: "speech", node: "choose", command: { type: "listen", phrases: ["the shop", "my orders"], silence: 7 } };

afterEach(cleanup);

describe("a caller who is listened to", () => {
  it("says what is typed, and is offered the phrases that are understood", async () => {
    const act = vi.fn();
    const { container } = render(<Speech waiting={WAITING} act={act} disabled={false} />);
    const offered = [...container.querySelectorAll("datalist option")].map((option) => option.getAttribute("value"));
    expect(offered).toEqual(["the shop", "my orders"]);
    await userEvent.setup().type(screen.getByLabelText("What the caller says"), "the shop please{Enter}");
    expect(act).toHaveBeenCalledWith({ say: "the shop please" });
  });

  it("may find nobody who listens", async () => {
    const act = vi.fn();
    render(<Speech waiting={WAITING} act={act} disabled={false} />);
    await userEvent.setup().click(screen.getByRole("button", { name: "Nobody listens" }));
    expect(act).toHaveBeenCalledWith({ deaf: true });
    expect(lineWords({ deaf: true })).toBe("Nobody listens");
  });

  it("may press keys, unless none are taken", () => {
    expect(keysOf(WAITING.command)).toMatchObject({ most: 1, firstTimeout: 7, terminators: "#" });
    expect(keysOf({ type: "listen", max_digits: 0 }).most).toBe(0);
  });
});

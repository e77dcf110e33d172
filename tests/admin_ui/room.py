"""What programs find of live calls: a controller with one call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from admin_ui.live import Entry, NoCalls

CALL = "35594fa8-006d-422b-ad37-fa65c5a76d47"


class Room(NoCalls):
    """A controller with one call, and a feed that ends."""

    def board(self, subscriber: str) -> dict[str, Any]:
        call = {"call": CALL, "from": "+33611111111", "to": "1000", "since": 5.0, "flow": "reception", "node": "choose"}
        call |= {
            "doing": "Collect",
            "talking_to": "",
            "direction": "inbound",
            "controller": "lyon",
            "subscriber": subscriber,
        }
        return {"at": 10.0, "controllers": [{"id": "lyon", "answers": True}], "calls": [call]}

    def feed(self, subscriber: str, call: str = "", after: str = "") -> Iterator[tuple[str, Entry] | None]:
        yield f"{CALL}.9", {"call": CALL, "sequence": 9, "at": 10.0, "kind": "ended", "data": {"by": "caller"}}

    def prompter(self, subscriber: str, user: str = "", audience: str = "") -> Iterator[dict[str, Any] | None]:
        yield {"type": "withdrawn", "call": CALL, "card": 1, "reason": "misheard", "text": ""}

    def tick(self, subscriber: str, call: str, user: str, checklist: str, step: str) -> None:
        self.hang_up(subscriber, call)

    def hang_up(self, subscriber: str, call: str) -> None:
        if call != CALL:
            raise LookupError

    def transfer(self, subscriber: str, call: str, to: str) -> None:
        self.hang_up(subscriber, call)

    def place(self, subscriber: str, trial: dict[str, Any]) -> str:
        return CALL

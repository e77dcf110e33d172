"""Calls in progress, as the pages reach them: the controllers are handed in by who starts the process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast

from flask import current_app

from conf.live_calls import Away, Entry, Refused

__all__ = ["Away", "Calls", "Entry", "NoCalls", "Refused", "calls"]


class Calls(Protocol):
    """What the controllers do for the pages. `subscriber` is a slug; "" is the operator."""

    def board(self, subscriber: str) -> dict[str, Any]:
        """All controllers, their FreeSWITCH and the calls. Raises Away."""

    def feed(self, subscriber: str, call: str = "", after: str = "") -> Iterator[tuple[str, Entry] | None]:
        """`(id, entry)` as they happen, each once; None when nothing came for some seconds. Close it when done."""

    def hang_up(self, subscriber: str, call: str) -> None:
        """End a call. Raises LookupError, Away."""

    def transfer(self, subscriber: str, call: str, to: str) -> None:
        """Take a caller elsewhere. Raises LookupError, Refused, Away."""

    def prompter(self, subscriber: str, user: str = "", audience: str = "") -> Iterator[dict[str, Any] | None]:
        """What the desk of a user shows, as documents: each call from its beginning, then as it goes on.

        With `audience` "supervisor" the supervisors' cards of all calls. None when nothing came for some seconds; it
        says None first when the controllers answer. Raises Away when none does. Close it when done.
        """

    def tick(self, subscriber: str, call: str, user: str, checklist: str, step: str) -> None:
        """Tick a step of a checklist by hand. Raises LookupError, Refused, Away."""

    def place(self, subscriber: str, trial: dict[str, Any]) -> str:
        """Place a trial call; its id. Raises Refused, Away."""

    def virtual(self) -> bool:
        """Whether a virtual switch stands in for FreeSWITCH."""

    def blocked(self) -> dict[str, Any]:
        """The operator's: the addresses that nobody listens to, and what enforces it. Raises Away."""

    def free(self, address: str) -> None:
        """The operator's: listen to an address again. Raises LookupError, Refused, Away."""


class NoCalls:
    """No controllers were handed in."""

    def board(self, subscriber: str) -> dict[str, Any]:
        raise Away

    def feed(self, subscriber: str, call: str = "", after: str = "") -> Iterator[tuple[str, Entry] | None]:
        raise Away

    def hang_up(self, subscriber: str, call: str) -> None:
        raise Away

    def transfer(self, subscriber: str, call: str, to: str) -> None:
        raise Away

    def prompter(self, subscriber: str, user: str = "", audience: str = "") -> Iterator[dict[str, Any] | None]:
        raise Away

    def tick(self, subscriber: str, call: str, user: str, checklist: str, step: str) -> None:
        raise Away

    def place(self, subscriber: str, trial: dict[str, Any]) -> str:
        raise Away

    def virtual(self) -> bool:
        return False

    def blocked(self) -> dict[str, Any]:
        raise Away

    def free(self, address: str) -> None:
        raise Away


def calls() -> Calls:
    """The controllers of this application."""
    return cast(Calls, current_app.extensions["calls"])

"""Calls in progress, as the pages reach them: the controllers are handed in by who starts the process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast

from flask import current_app

Entry = dict[str, Any]


class Away(Exception):
    """No controller answers; says why."""


class Refused(Exception):
    """A controller does not do that; says why."""


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

    def place(self, subscriber: str, trial: dict[str, Any]) -> str:
        """Place a trial call; its id. Raises Refused, Away."""

    def virtual(self) -> bool:
        """Whether a virtual switch stands in for FreeSWITCH."""


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

    def place(self, subscriber: str, trial: dict[str, Any]) -> str:
        raise Away

    def virtual(self) -> bool:
        return False


def calls() -> Calls:
    """The controllers of this application."""
    return cast(Calls, current_app.extensions["calls"])

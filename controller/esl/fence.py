"""Keeps a connection from commanding a call that somebody else has taken over.

The owner of a call is written in one of its channel variables, whose text ends in a number that grows with each owner.
Every event of the channel repeats it, so that an owner who was replaced learns it from the next event. One that stood
still for a while must not even send what it was about to: it asks the channel first.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from controller.esl.event import Event


class Fence:
    """`variable` names the owner, `owner` is we; `gap_ended` tells when this process last stood still (monotonic)."""

    __slots__ = ("_epoch", "_gap_ended", "_header", "_owner", "_sure", "variable")

    def __init__(self, variable: str, owner: str, gap_ended: Callable[[], float]) -> None:
        self.variable = variable
        self._header = f"variable_{variable}"
        self._owner = owner
        self._epoch = int(owner.rpartition(":")[2])
        self._gap_ended = gap_ended
        self._sure = time.monotonic()

    def lost_by(self, event: Event) -> bool:
        """Whether an event of the channel names a later owner."""
        return self.lost_to(event.get(self._header))

    def lost_to(self, owner: str) -> bool:
        """Whether this is a later owner than we; of two that took it at once it is the one who wrote last."""
        number = str(owner).rpartition(":")[2]
        return number.isdecimal() and int(number) >= self._epoch and owner != self._owner

    @property
    def in_doubt(self) -> bool:
        """Whether the channel must be asked before anything is sent."""
        return self._gap_ended() >= self._sure

    def be_sure(self) -> None:
        """The channel was asked, and is ours."""
        self._sure = time.monotonic()

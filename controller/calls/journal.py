"""What happens in calls, as it happens: rows for later, a bounded live feed for now.

The writer gets every entry. A follower (a browser, a terminal) gets them through a bounded queue: one that reads too
slowly loses entries, and sees how many.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gevent.event import Event

from controller.calls.spool import Fact

KEPT = 5000


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened in a call. `position` counts over the controller, `sequence` within the call."""

    position: int
    call: str
    sequence: int
    at: float  # epoch seconds
    kind: str
    subscriber: int | None
    data: dict[str, Any]


class Follower:
    """One reader of the live feed; iterate over it."""

    def __init__(self, wanted: Callable[[Entry], bool], limit: int) -> None:
        self._wanted = wanted
        self._queue: deque[Entry] = deque()
        self._limit = limit
        self._some = Event()
        self.dropped = 0
        self.closed = False

    def offer(self, entry: Entry) -> None:
        if not self._wanted(entry):
            return
        if len(self._queue) >= self._limit:
            self._queue.popleft()
            self.dropped += 1
        self._queue.append(entry)
        self._some.set()

    def next(self, timeout: float) -> Entry | None:
        """The next entry, or None when none came within `timeout` seconds."""
        if not self._queue:
            self._some.clear()
            self._some.wait(timeout)
        return self._queue.popleft() if self._queue else None


class Journal:
    """All entries of this controller: the last ones in memory, each one on its way to the database."""

    def __init__(self, put: Callable[[Fact], None], now: Callable[[], float] = time.time) -> None:
        self._put = put
        self._now = now
        self._last: deque[Entry] = deque(maxlen=KEPT)
        self._followers: list[Follower] = []
        self._position = 0

    @property
    def position(self) -> int:
        """Of the last entry."""
        return self._position

    def note(self, call: str, sequence: int, subscriber: int | None, kind: str, data: dict[str, Any]) -> Entry:
        """Write an entry down and show it to those who follow."""
        self._position += 1
        entry = Entry(self._position, call, sequence, self._now(), kind, subscriber, data)
        self._last.append(entry)
        for follower in self._followers:
            follower.offer(entry)
        self._put(
            {
                "table": "call_event",
                "call": call,
                "sequence": sequence,
                "at": entry.at,
                "kind": kind,
                "subscriber": subscriber,
                "data": data,
            }
        )
        return entry

    def follow(
        self, wanted: Callable[[Entry], bool] = lambda _: True, after: int | None = None, limit: int = 1000
    ) -> Follower:
        """Follow from now on, or from the entry after position `after` as far as it is remembered."""
        follower = Follower(wanted, limit)
        if after is not None:
            for entry in self._last:
                if entry.position > after:
                    follower.offer(entry)
        self._followers.append(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        """Stop following."""
        follower.closed = True
        if follower in self._followers:
            self._followers.remove(follower)

    def last(self, call: str) -> Iterator[Entry]:
        """What is remembered of a call."""
        return (entry for entry in self._last if entry.call == call)


class Log:
    """One call's pen: it numbers the call's entries. A second controller starts at its own epoch's numbers."""

    def __init__(self, journal: Journal, call: str, epoch: int = 0) -> None:
        self._journal = journal
        self._call = call
        self._sequence = epoch * 100_000
        self.subscriber: int | None = None

    def note(self, kind: str, **data: Any) -> None:
        """Write down that something happened in this call."""
        self._sequence += 1
        self._journal.note(self._call, self._sequence, self.subscriber, kind, data)

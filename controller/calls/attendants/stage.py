"""Stages: all that a page needs of each call that is listened to, in order, in memory, and those who follow them.

Nothing of it enters the journal. Every document has a key within its call, and one that comes again with its key takes
the place of the one before: a follower may be told the newest alone, or everything anew.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gevent
from gevent.event import Event

Document = dict[str, Any]
Key = tuple[str, str]  # the call, and the document within it
MOST = 5000  # documents of one call; of a longer one the oldest words go
STAYS = 600.0  # seconds that a call which is over stays, for what the agent writes up
MOST_OVER = 200  # of them
LIMIT = 2000  # documents that wait for one follower
AGENT, SUPERVISOR = "agent", "supervisor"


@dataclass(frozen=True, slots=True)
class Shown:
    """One document; `audience` is whom it is for: the agent, the supervisor, or "" for both."""

    document: Document
    audience: str = AGENT


@dataclass
class Stage:
    """One call, as one user sees it."""

    subscriber: int
    call: str
    user: str
    shown: OrderedDict[str, Shown] = field(default_factory=OrderedDict)

    def document(self, key: str) -> Document | None:
        """What is shown under a key."""
        found = self.shown.get(key)
        return found.document if found else None


class Follower:
    """Who reads: a user's own calls, or all of a subscriber as its supervisor. Slow ones are told the newest alone.

    One for whom more waits than `limit` is told everything anew; `dropped` counts that.
    """

    def __init__(self, stages: Stages, subscriber: int, user: str, limit: int) -> None:
        self._stages, self._subscriber, self._user = stages, subscriber, user
        self._limit = limit
        self._waiting: OrderedDict[Key, Document] = OrderedDict()
        self._some = Event()
        self.dropped = 0
        self._anew()

    def offer(self, stage: Stage, key: str, shown: Shown) -> None:
        """Take a document, if it is for this one."""
        if not self._sees(stage) or shown.audience not in ("", self._audience):
            return
        if len(self._waiting) >= self._limit and (stage.call, key) not in self._waiting:
            self.dropped += 1
            self._anew()
            return
        self._waiting[stage.call, key] = shown.document
        self._some.set()

    def offer_all(self, stage: Stage) -> None:
        """Take everything of a call, as if it had just been found."""
        for key, shown in stage.shown.items():
            if self._sees(stage) and shown.audience in ("", self._audience):
                self._waiting[stage.call, key] = shown.document
                self._some.set()

    def next(self, timeout: float) -> Document | None:
        """The next document, or None when none came within `timeout` seconds."""
        if not self._waiting:
            self._some.clear()
            self._some.wait(timeout)
        return self._waiting.popitem(last=False)[1] if self._waiting else None

    @property
    def _audience(self) -> str:
        return AGENT if self._user else SUPERVISOR

    def _sees(self, stage: Stage) -> bool:
        return stage.subscriber == self._subscriber and self._user in ("", stage.user)

    def _anew(self) -> None:
        self._waiting.clear()
        for stage in self._stages.all():
            self.offer_all(stage)


class Stages:
    """Every stage of a controller. Those of calls that are over stay for ten minutes."""

    def __init__(
        self, later: Callable[..., object] = gevent.spawn_later, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._later, self._clock = later, clock
        self._live: dict[str, Stage] = {}
        self._over: OrderedDict[tuple[str, str], tuple[Stage, float]] = OrderedDict()
        self._followers: list[Follower] = []

    def all(self) -> Iterator[Stage]:
        """Those that are over, the oldest first, then those that live."""
        yield from [stage for stage, _ in self._over.values()]
        yield from list(self._live.values())

    def open(self, subscriber: int, call: str, user: str) -> Stage:
        """A new one."""
        stage = self._live[call] = Stage(subscriber, call, user)
        self._over.pop((call, user), None)
        return stage

    def put(self, stage: Stage, key: str, document: Document, audience: str = AGENT) -> None:
        """Show a document, in the place of the one with its key; nothing happens when it is the same."""
        shown = Shown(document, audience)
        if stage.shown.get(key) == shown:
            return
        stage.shown[key] = shown
        if len(stage.shown) > MOST:
            del stage.shown[next(key for key, one in stage.shown.items() if one.document["type"] == "said")]
        for follower in self._followers:
            follower.offer(stage, key, shown)

    def hand_on(self, stage: Stage, user: str, farewell: Document) -> None:
        """The call goes to another user, who sees it from its beginning; for the one before it is over."""
        if stage.user:
            before = Stage(stage.subscriber, stage.call, stage.user, OrderedDict(stage.shown))
            self.put(before, "call", farewell, "")
            self._keep(before)
        stage.user = user
        self._over.pop((stage.call, user), None)
        for follower in self._followers:
            follower.offer_all(stage)

    def close(self, stage: Stage) -> None:
        """The call is over: it stays a while."""
        if self._live.get(stage.call) is stage:
            del self._live[stage.call]
            self._keep(stage)

    def forget(self, stage: Stage) -> None:
        """Another controller shows the call."""
        if self._live.get(stage.call) is stage:
            del self._live[stage.call]

    def follow(self, subscriber: int, user: str, limit: int = LIMIT) -> Follower:
        """Follow a user's calls, or with "" as the supervisor; everything there is comes first."""
        follower = Follower(self, subscriber, user, limit)
        self._followers.append(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        """Stop following."""
        if follower in self._followers:
            self._followers.remove(follower)

    def _keep(self, stage: Stage) -> None:
        self._over[stage.call, stage.user] = (stage, self._clock())
        self._over.move_to_end((stage.call, stage.user))
        if len(self._over) > MOST_OVER:
            self._over.popitem(last=False)
        self._later(STAYS, self._tidy)

    def _tidy(self) -> None:
        for key, (_, since) in list(self._over.items()):
            if self._clock() - since >= STAYS - 1.0:
                del self._over[key]

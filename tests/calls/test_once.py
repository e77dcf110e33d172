"""No request is sent twice unless its node allows it: any order of outages, deaths, stops and late writing.

`Lookups` is the real one. Around it stands a world in which every step to the outside (the database, the disk, the
channel, the shop) may fail, take effect later, or be the last thing that a controller does. What the rows of this world
do is what tests/calls/test_writer.py shows of the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as Silent

from conf.outgoing import OutgoingFailed, OutgoingUnknown, Reply
from conf.snapshot import Snapshot
from controller.calls.lookups import Lookups
from controller.calls.spool import Fact, SpoolFull
from controller.flow.commands import Replied, Request

RANK = ("stored", "unknown", "done")
FATES = [
    "fine",
    "fine",
    "away",  # the database refuses, the disk is full, the shop cannot be reached
    "late",  # no answer in time; it is done later all the same
    "dies before",
    "dies after",
    "stops before",  # long enough that another controller takes the call; then it goes on
    "stops after",
    "the database goes",
    "the database comes",
    "spools are written",
]
MOST = 4  # controllers that have the call, one after the other
MARTIN = Snapshot(1, "martin", "Martin", "fr", "Europe/Paris", "FR", (), "", 1, (), {}, {}, {}, {}, {}, {})


class Death(BaseException):
    """The process is gone: nothing in it goes on."""


class Lost(Exception):
    """The call is another controller's."""


class Rows:
    """The database."""

    def __init__(self) -> None:
        self.intents: dict[tuple[str, str], Fact] = {}

    def write(self, fact: Fact) -> bool:
        key = (fact["call"], fact["command"])
        new = key not in self.intents
        if new or RANK.index(fact["state"]) > RANK.index(self.intents[key]["state"]):
            self.intents[key] = fact
        return new


class World:
    """One call with one request, and the controllers that have it one after the other."""

    def __init__(self, fates: list[str], safe: bool, answer: str) -> None:
        self.fates: Iterator[str] = iter(fates)
        self.command = Request("POST", "http://shop.example/", safe_to_repeat=safe)
        self.answer = answer
        self.rows = Rows()
        self.away = False
        self.channel: dict[str, str] = {"owner": ""}
        self.sent = 0
        self.late: list[Fact] = []
        self.spools: list[list[Fact]] = []
        self.controllers = 0
        self.told: list[tuple[str, Replied]] = []

    def take(self) -> None:
        """A controller takes the call: the first performs its request, the others recover it."""
        if self.controllers == MOST:
            return
        self.controllers += 1
        process = Process(self, f"c{self.controllers}")
        self.channel["owner"] = process.name
        marked = self.channel.get("intent") == "1"
        try:
            if self.controllers == 1:
                told = process.lookups.perform(self.command, MARTIN, "c", "1", process.mark)
            else:
                told = process.lookups.recover(self.command, MARTIN, "c", "1", marked, process.mark)
        except Lost:
            return
        except Death:
            self.spools.append(process.disk)
            self.take()
            return
        assert isinstance(told, Replied)
        self.told.append((process.name, told))
        self.spools.append(process.disk + process.memory)

    def write_spools(self) -> None:
        if not self.away:
            for fact in [*self.late, *(fact for spool in self.spools for fact in spool)]:
                self.rows.write(fact)


class Process:
    """A controller: a ledger, a disk, a mark and a shop for the real Lookups."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.disk: list[Fact] = []
        self.memory: list[Fact] = []
        self.lookups = Lookups(self, self.send, lambda _: datetime.now(UTC), self.keep, self.memory.append)  # type: ignore[arg-type]

    def intend(self, intent: Fact) -> bool:
        return bool(self._step(lambda: self._database(intent)))

    def concluded(self, intent: Fact) -> None:
        self._step(lambda: self._database(intent))

    def outcome(self, subscriber: int, call: str, command: str) -> dict[str, Any] | None:
        def read() -> dict[str, Any] | None:
            self._reach({})
            found = self.world.rows.intents.get((call, command))
            return None if found is None else (found["outcome"] or {})

        return self._step(read)

    def keep(self, fact: Fact) -> None:
        def write() -> None:
            if self.fate == "away":
                raise SpoolFull
            self.disk.append(fact)

        self._step(write)

    def mark(self, key: str) -> None:
        """As the walker does it: write, and only then look whose call it is."""

        def write() -> None:
            self.world.channel["intent"] = key

        def look() -> None:
            if self.world.channel["owner"] != self.name:
                raise Lost

        self._step(write)
        self._step(look)

    def send(self, *_: Any, **__: Any) -> Reply:
        def post() -> Reply:
            if self.fate == "away":
                raise OutgoingFailed("refused")
            self.world.sent += 1
            if self.fate == "late" or self.world.answer == "unknown":
                raise OutgoingUnknown("no answer")
            return Reply(200, {}, b"{}")

        return self._step(post)

    def _database(self, fact: Fact) -> bool:
        self._reach(fact)
        return self.world.rows.write(fact)

    def _reach(self, fact: Fact) -> None:
        if self.fate == "late":
            if fact:
                self.world.late.append(fact)
            raise Silent
        if self.world.away or self.fate == "away":
            raise OperationalError("", {}, Exception("away"))

    def _step(self, do: Callable[[], Any]) -> Any:
        self.fate = fate = next(self.world.fates, "fine")
        if fate == "dies before":
            raise Death
        if fate == "stops before":
            self.world.take()
        if fate.startswith("the database"):
            self.world.away = fate.endswith("goes")
        if fate == "spools are written":
            self.world.write_spools()
        try:
            return do()
        finally:
            if fate == "stops after":
                self.world.take()
            if fate == "dies after":
                raise Death  # noqa: B012 nothing of the step goes on


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.sampled_from(FATES), max_size=24), st.booleans(), st.sampled_from(["ok", "unknown"]))
def test_a_request_is_sent_once_at_most(fates: list[str], safe: bool, answer: str) -> None:
    world = World(fates, safe, answer)
    world.take()
    assert safe or world.sent <= 1
    world.away = False
    world.write_spools()
    world.write_spools()
    written = list(world.rows.intents.values())
    assert len(written) <= 1
    if world.sent and (not safe or "away" not in fates):  # a full disk keeps no note of what may be sent twice
        assert len(written) == 1
    for _, told in world.told:
        if told.outcome == "ok":
            assert world.sent
            assert written[0]["state"] == "done" or (safe and "away" in fates)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["fine", "the database goes", "the database comes", "late"]), max_size=8))
def test_an_outage_keeps_no_request_from_being_sent(fates: list[str]) -> None:
    """Nobody dies: the request goes out, is heard, and is on record once, however the database behaves."""
    world = World([fate if step != 4 else "fine" for step, fate in enumerate(fates)], False, "ok")
    world.take()
    world.away = False
    world.write_spools()
    assert world.sent == 1
    (((_, told)),) = world.told
    assert told.outcome in ("ok", "unknown")
    assert [fact["state"] for fact in world.rows.intents.values()] == ["done" if told.outcome == "ok" else "unknown"]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 8), st.sampled_from(["dies before", "dies after"]), st.booleans())
def test_one_death_costs_at_most_the_answer(step: int, fate: str, away: bool) -> None:
    """Whoever takes the call over sends what was never sent, and otherwise replays the answer or says unknown."""
    world = World([*["fine"] * step, fate], False, "ok")
    world.away = away
    world.take()
    name, told = world.told[-1]
    assert world.sent == 1 or told.outcome == "unknown"
    assert told.outcome in ("ok", "unknown")
    if name == "c1":
        assert told.outcome == "ok"

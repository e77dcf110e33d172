"""The database is away while calls go on, phones register and requests go out; afterwards everything is there, once.

The virtual switch runs six times as fast as the wall clock, so that its minute without a database is over in ten
seconds; what the controller waits for (a second for the database, a second between two tries) is not hurried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.parse import parse_qs

import gevent
import pytest
import yaml
from sqlalchemy import select

from conf.database import operator
from conf.models import CallEvent, CallRecord, Intent
from conf.models import Counter as CounterRow
from controller.process import Controller
from tests.calls import houses_made
from tests.calls.houses_made import NUMBERS
from tests.calls.live import Live, free_port, running
from tests.calls.outage import Embedded, Outage, Server
from tests.calls.shop import Shop
from tests.calls.test_directory import names, question
from tests.outside.virtual import VirtualOutside, VirtualPerson
from tests.postgres import postgres  # noqa: F401  a fixture

SPEED = 6.0
MINUTE = 60.0  # seconds of the switch's clock
CALLS = 50
COUNTED = "+33987000009"
PATHS = {
    "menu": ["choose", "two", "end"],
    "collect": ["enter", "check", "right", "end"],
    "bridged": ["ring", "after", "end"],
    "http": ["ask", "tell", "end"],
    "counted": ["count", "end"],
}
KEYS = {"menu": "2", "collect": "1234"}
DOMAIN = "secours.pbx.localhost"


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    embedded = request.param == "sqlite"
    made: Outage = Embedded(tmp_path) if embedded else Server(request.getfixturevalue("postgres"))
    yield made
    made.come_back()


@pytest.fixture
def live(base: Outage, tmp_path: Path, shop: Shop) -> Iterator[Live]:
    shop.answers.set()
    offer = free_port()
    outside = VirtualOutside(offer, speed=SPEED)
    with running(outside, tmp_path, offer, free_port(), SOUFFLEUR_DATABASE_URL=base.url) as here:
        here.load(house(tmp_path / "houses", shop.url))
        outside.phone("202", "secours", rings=0.2, talks=20.0)
        yield here
        base.come_back()


def house(folder: Path, shop: str) -> Path:
    """The subscriber of houses_made, with a flow that counts."""
    made = houses_made.make(folder, shop)
    numbers = yaml.safe_load((made / "numbers.yaml").read_text())
    (made / "numbers.yaml").write_text(yaml.safe_dump([*numbers, {"number": COUNTED, "flow": "counted"}]))
    count = {"kind": "count", "counter": "visits", "scope": "subscriber", "exits": {"next": "end"}}
    flow = {"name": "counted", "start": "count", "nodes": {"count": count, "end": {"kind": "hang_up"}}}
    (made / "flows" / "counted.yaml").write_text(yaml.safe_dump(flow))
    return made


class Callers:
    """People who call, each into one phase, and do there what its flow waits for."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.phases: dict[str, str] = {}  # by the caller's number
        self.people: list[VirtualPerson] = []
        self._next = cycle(PATHS)

    def call(self, number: int, pause: float = 0.0) -> None:
        for _ in range(number):
            phase = next(self._next)
            caller = f"+336{len(self.phases):08d}"
            person = self.live.outside.from_trunk({**NUMBERS, "counted": COUNTED}[phase], caller)
            assert isinstance(person, VirtualPerson)
            self.phases[caller] = phase
            self.people.append(person)
            if phase in KEYS:
                person.caller.waits_for("PLAYBACK_START").presses(KEYS[phase], after=len(self.phases) % 3)
            gevent.sleep(pause)

    def end(self) -> None:
        for person in self.people:
            assert person.has_ended(30)


def everything(live: Live, callers: Callers, shop: Shop) -> None:
    """All calls walked to their ends, and each of their rows is there once."""
    live.until(lambda: len(live.records()) == len(callers.phases) and not live.controller.writer.spooled, 30)
    with operator(live.engine, read_only=True) as session:
        records = list(session.scalars(select(CallRecord)))
        events = [(row.call, row.sequence) for row in session.scalars(select(CallEvent))]
        intents = {row.call: row for row in session.scalars(select(Intent))}
        visits = list(session.scalars(select(CounterRow.value)))
        session.expunge_all()
    assert len({record.caller for record in records}) == len(callers.phases)
    wrong = [
        (phase, record.path, record.disposition, record.problem)
        for record in records
        if (phase := callers.phases[record.caller])
        and ([step["node"] for step in record.path] != PATHS[phase] or record.problem)
    ]
    assert wrong == []
    numbers: dict[str, list[int]] = {record.call: [] for record in records}
    for call, sequence in events:
        numbers[call].append(sequence)
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in numbers.values())
    assert all(len(found) > 4 for found in numbers.values())
    phases = Counter(callers.phases.values())
    assert Counter(row.state for row in intents.values()) == Counter({"done": phases["http"]})
    assert sorted(shop.keys.values()) == [1] * phases["http"]
    assert visits == [phases["counted"]]


@pytest.mark.slow
def test_fifty_calls_go_on_for_a_minute_without_the_database(live: Live, base: Outage, shop: Shop) -> None:
    callers = Callers(live)
    callers.call(CALLS // 2)
    live.until(lambda: len(live.calls()) > 5)
    base.leave()
    began = live.outside.switch.clock.now()  # type: ignore[attr-defined]
    controller = live.controller
    assert controller
    live.until(lambda: not controller.configuration.reachable)
    callers.call(CALLS // 2, pause=0.1)
    callers.end()
    live.until(lambda: live.outside.switch.clock.now() - began > MINUTE, 20)  # type: ignore[attr-defined]
    state = controller.state()
    assert (state["database"], state["spooling"], state["lost_records"]) == (False, True, 0)
    assert state["spool"] > 0
    assert shop.keys
    base.come_back()
    everything(live, callers, shop)
    assert controller.state()["lost_records"] == 0


def test_phones_register_while_the_database_is_away(live: Live, base: Outage) -> None:
    """Also with a controller that starts only now."""
    controller = live.controller
    assert controller
    controller.configuration.keep()
    known = answer(controller, "202")
    assert names(known, "param")["a1-hash"]
    base.leave()
    live.until(lambda: not controller.configuration.reachable)
    assert answer(controller, "202") == known
    assert answer(controller, "201") != answer(controller, "999")
    controller.stop()
    again = live.start()
    assert not again.configuration.reachable
    assert answer(again, "202") == known
    assert answer(again, "999") == answer(again, "998")


def test_a_controller_that_starts_without_the_database_takes_calls(live: Live, base: Outage, shop: Shop) -> None:
    controller = live.controller
    assert controller
    controller.configuration.keep()
    base.leave()
    controller.stop()
    live.start()
    callers = Callers(live)
    callers.call(10)
    callers.end()
    base.come_back()
    everything(live, callers, shop)


def test_an_emergency_call_goes_out_through_the_trunk(live: Live, base: Outage) -> None:
    """Of a controller that has never reached its database."""
    controller = live.controller
    assert controller
    controller.configuration.keep()
    base.leave()
    controller.stop()
    live.start()
    help_at_once = live.outside.trunk("112", rings=0.1, talks=5.0)
    caller = live.outside.from_phone("202", "112", "secours")
    assert caller.has_ended(30)
    assert help_at_once.rung == 1
    base.come_back()
    record = live.record(within=30)
    assert (record.disposition, record.direction, record.called) == ("answered", "outbound", "112")


def answer(controller: Controller, user: str) -> bytes:
    """What FreeSWITCH is told of a phone that registers."""
    return controller.directory.answer(parse_qs(question(user, DOMAIN)))

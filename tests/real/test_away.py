"""A real FreeSWITCH, and the database away: calls walk, phones register and ring, requests go out.

Forty callers at once: two cores carry FreeSWITCH, the controller and the callers' own SIP and sound here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.freeswitch import find_binary
from conf.models import CallRecord
from tests.calls import houses_made
from tests.calls.houses_made import NUMBERS
from tests.calls.live import Live, free_port, running
from tests.calls.outage import Embedded
from tests.calls.shop import Shop
from tests.outside import Person
from tests.outside.real import RealOutside, start_real
from tests.real.conftest import missing

CALLS = 40
PATHS = {
    "menu": ["choose", "two", "end"],
    "collect": ["enter", "check", "right", "end"],
    "http": ["ask", "tell", "end"],
    "bridged": ["ring", "after", "end"],
}
KEYS = {"menu": "2", "collect": "1234"}


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealOutside, int, int]]:
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    offer, directory = free_port(), free_port()
    real = start_real(binary, tmp_path_factory.mktemp("freeswitch"), offer, directory)
    yield real, offer, directory
    real.switch.stop()


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    made.answers.set()
    yield made
    made.close()


@pytest.fixture
def live(outside: tuple[RealOutside, int, int], tmp_path: Path, shop: Shop) -> Iterator[Live]:
    real, offer, directory = outside
    with running(real, tmp_path, offer, directory) as here:
        here.load(houses_made.make(tmp_path / "houses", shop.url))
        yield here


@pytest.mark.slow
def test_forty_calls_go_on_and_phones_register_without_the_database(live: Live, tmp_path: Path, shop: Shop) -> None:
    base = Embedded(tmp_path)
    controller = live.controller
    assert controller
    base.leave()
    try:
        live.until(lambda: not controller.configuration.reachable)
        phone = live.outside.phone("202", "secours", talks=1.0)  # registers
        people: dict[str, tuple[str, Person]] = {}
        for number in range(CALLS):
            phase = "bridged" if number % 13 == 0 else tuple(PATHS)[number % 3]
            caller = f"+336{number:08d}"
            people[caller] = (phase, live.outside.from_trunk(NUMBERS[phase], caller))
        for phase, person in people.values():
            assert person.hears_something(20)
            if phase in KEYS:
                person.presses(KEYS[phase])
        for _, person in people.values():
            assert person.has_ended(30)
        assert phone.rung == sum(phase == "bridged" for phase, _ in people.values())
        assert controller.state()["spool"] > 0
    finally:
        base.come_back()
    live.until(lambda: len(live.records()) == CALLS and not controller.writer.spooled, 30)
    found: dict[str, CallRecord] = {record.caller: record for record in live.records()}
    wrong = {
        caller: (phase, live.path(found[caller]), found[caller].disposition, found[caller].problem)
        for caller, (phase, _) in people.items()
        if live.path(found[caller]) != PATHS[phase] or found[caller].problem
    }
    assert wrong == {}
    assert sorted(shop.keys.values()) == [1] * sum(phase == "http" for phase, _ in people.values())

"""A thousand phones register while five hundred calls walk. How quickly is measured by `python -m bench away`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from gevent.pool import Pool

from tests.calls import houses_made
from tests.calls.houses_made import NUMBERS
from tests.calls.live import Live, free_port, running
from tests.calls.shop import Shop
from tests.calls.test_directory import names, question, request
from tests.outside.virtual import VirtualOutside

CALLS = 500
QUESTIONS = 1000
DOMAIN = "secours.pbx.localhost"


@pytest.fixture
def live(tmp_path: Path, shop: Shop) -> Iterator[Live]:
    offer = free_port()
    with running(VirtualOutside(offer, speed=1.0), tmp_path, offer, free_port()) as here:
        here.load(houses_made.make(tmp_path / "houses", shop.url))
        yield here


@pytest.mark.slow
def test_a_thousand_phones_register_while_five_hundred_calls_walk(live: Live) -> None:
    people = []
    for number in range(CALLS):
        people.append(live.outside.from_trunk(NUMBERS["menu"], f"+336{number:08d}"))
        gevent.sleep(0.01)  # a hundred calls a second
    live.until(lambda: sum(call["doing"] == "Collect" for call in live.calls()) == CALLS, 60)
    port = live.settings.directory_port

    def register(number: int) -> bool:
        status, answer = request(port, question(("201", "202")[number % 2], DOMAIN))
        return status == 200 and bool(names(answer, "param").get("a1-hash"))

    phones = gevent.spawn(Pool(20).map, register, range(QUESTIONS))
    for person in people:
        person.presses("2")
    assert all(phones.get(timeout=60))
    for person in people:
        assert person.has_ended(60)
    live.until(lambda: len(live.records()) == CALLS, 30)
    records = live.records()
    assert len({record.caller for record in records}) == CALLS
    assert {tuple(live.path(record)) for record in records} == {("choose", "two", "end")}
    assert {record.problem for record in records} == {""}

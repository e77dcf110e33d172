"""A thousand phones register while five hundred calls walk. How quickly is measured by `python -m bench away`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import gevent
import pytest
from gevent.pool import Pool

from tests.calls import houses_made
from tests.calls.houses_made import NUMBERS
from tests.calls.live import Live, free_port, running
from tests.calls.shop import Shop
from tests.calls.test_directory import names, question
from tests.outside.virtual import VirtualOutside

CALLS = 500
QUESTIONS = 1000
WITHIN = 120.0  # seconds; a busy machine must not fail what is not about time
DOMAIN = "secours.pbx.localhost"


@pytest.fixture
def live(tmp_path: Path, shop: Shop) -> Iterator[Live]:
    offer = free_port()
    with running(VirtualOutside(offer, speed=1.0), tmp_path, offer, free_port()) as here:
        here.load(houses_made.make(tmp_path / "houses", shop.url))
        yield here


def registers(live: Live, user: str) -> bool:
    """Ask as FreeSWITCH does when a phone registers: on a connection of its own."""
    token = base64.b64encode(f"freeswitch:{live.settings.directory_secret}".encode()).decode()
    with closing(HTTPConnection("127.0.0.1", live.settings.directory_port, timeout=WITHIN)) as connection:
        connection.request("POST", "/directory", question(user, DOMAIN), {"Authorization": f"Basic {token}"})
        return bool(names(connection.getresponse().read(), "param").get("a1-hash"))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_thousand_phones_register_while_five_hundred_calls_walk(live: Live) -> None:
    people = []
    for number in range(CALLS):
        people.append(live.outside.from_trunk(NUMBERS["menu"], f"+336{number:08d}"))
        gevent.sleep(0.01)  # a hundred calls a second
    live.until(lambda: sum(call["doing"] == "Collect" for call in live.calls()) == CALLS, WITHIN)
    phones = gevent.spawn(Pool(20).map, lambda number: registers(live, ("201", "202")[number % 2]), range(QUESTIONS))
    for person in people:
        assert person.hears_something(WITHIN)  # a key before the question is lost
        person.presses("2")
    assert all(phones.get(timeout=WITHIN))
    for person in people:
        assert person.has_ended(WITHIN)
    live.until(lambda: len(live.records()) == CALLS, WITHIN)
    records = live.records()
    assert len({record.caller for record in records}) == CALLS
    assert {tuple(live.path(record)) for record in records} == {("choose", "two", "end")}
    assert {record.problem for record in records} == {""}

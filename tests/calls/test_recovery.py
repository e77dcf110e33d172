"""Controllers are killed with kill -9 while calls are in every phase: no caller notices more than a repeated prompt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls import houses_made
from tests.calls.guests import arrive, check, of, settle
from tests.calls.live import free_port
from tests.calls.processes import Processes
from tests.calls.shop import Shop
from tests.outside.virtual import VirtualOutside

pytestmark = pytest.mark.slow
EACH = 25  # 200 calls


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture
def each() -> int:
    """How many callers are in each phase."""
    return EACH


@pytest.fixture
def site(tmp_path: Path, shop: Shop) -> Iterator[Processes]:
    """Two controllers, `a` and `b`, neither started, and a virtual switch that knows both."""
    doors = {"a": (free_port(), free_port()), "b": (free_port(), free_port())}
    outside = VirtualOutside(*(offer for offer, _ in doors.values()), speed=1.0, wait=1.0)
    made = Processes(outside, tmp_path, doors)
    made.load(houses_made.make(tmp_path / "houses", shop.url))
    yield made
    outside.close()
    made.stop()


def test_a_killed_controller_loses_no_call(site: Processes, shop: Shop, each: int) -> None:
    """One controller, kill -9 in all phases at once, digits while nobody listens, a new one is started."""
    site.start("a")
    site.outside.phone("201", "secours", rings=8.0, talks=2.0)
    site.outside.phone("202", "secours", talks=10.0)
    guests = arrive(site.outside, each)
    settle(site, guests)
    site.until(lambda: len(shop.keys) == 2 * each)
    site["a"].kill()
    for guest in of(guests, "collect"):
        guest.person.presses("1234")
    site.start("a")
    shop.answers.set()
    for guest in of(guests, "menu"):
        guest.person.presses("2")
    musical = of(guests, "music")
    site.until(lambda: all(guest.is_there(site.calls()) for guest in musical), 30)
    for guest in musical:
        guest.person.hangs_up()
    records = check(site, guests, shop)
    assert {record.controller for record in records.values()} == {"a"}
    assert all(record.talk > 5 for guest in of(guests, "bridged") for record in [records[guest.caller]])

"""Controllers are killed with kill -9 while calls are in every phase: no caller notices more than a repeated prompt."""

from __future__ import annotations

import pytest

from tests.calls.guests import arrive, check, of, settle
from tests.calls.processes import Processes
from tests.calls.shop import Shop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_killed_controller_loses_no_call(site: Processes, shop: Shop, each: int) -> None:
    """One controller, kill -9 in all phases at once, digits while nobody listens, a new one is started."""
    site.start("a")
    site.outside.phone("201", "secours", rings=16.0, talks=2.0)  # longer than a controller takes to start
    site.outside.phone("202", "secours", talks=10.0)
    guests = arrive(site.outside, each)
    settle(site, guests)
    site.until(lambda: len(shop.keys) == 2 * each)
    for guest in of(guests, "collect"):
        assert guest.person.hears_something()  # keys before the prompt would be lost with or without a controller
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

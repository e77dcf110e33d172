"""Where a call goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from conf.snapshot import Snapshot
from controller.calls.fax_flow import fax_flow
from controller.calls.offer import Offer
from controller.calls.routing import NoRoute, Route, direct_flow, route, trunk_at
from controller.flow.engine import Flow

TRUNKS = ({"name": "carrier", "allow": ["203.0.113.0/24"]}, {"name": "other", "allow": ["2001:db8::/32"]})


@dataclass
class Known:
    subscribers: tuple[Snapshot, ...]
    trunk_list: tuple[dict[str, Any], ...] = field(default=TRUNKS)

    def owner(self, number: str) -> Snapshot | None:
        return next((one for one in self.subscribers if number in one.numbers), None)

    def by_slug(self, slug: str) -> Snapshot | None:
        return next((one for one in self.subscribers if one.slug == slug), None)

    def all(self) -> tuple[Snapshot, ...]:
        return self.subscribers

    def trunks(self) -> tuple[dict[str, Any], ...]:
        return self.trunk_list


def offer(dialled: str, **changes: Any) -> Offer:
    plain = {
        "uuid": "u",
        "call": "c",
        "dialled": dialled,
        "origin": "trunk",
        "caller": "+33611111111",
        "caller_name": "",
        "address": "203.0.113.7",
        "subscriber": "",
        "user": "",
        "answered": False,
        "checkpoint": "",
        "trunk": "",
        "lost": False,
        "owner": "",
        "intent": "",
        "waited": 0,
        "parted": 0.0,
        "connected": (),
        "redirect": "",
        "held": False,
        "created": 0.0,
    }
    return Offer(**(plain | changes))


Make = Callable[..., Snapshot]


@pytest.mark.parametrize("dialled", ["+33123456789", "0123456789", "33123456789"])
def test_a_number_leads_to_its_flow_however_the_carrier_writes_it(snapshot: Make, dialled: str) -> None:
    way = route(offer(dialled), Known((snapshot(),)))
    assert isinstance(way, Route)
    assert (way.flow, way.number, way.direction, way.trunk) == ("reception", "+33123456789", "inbound", "carrier")


@pytest.mark.parametrize("dialled", ["+493012345678", "493012345678", "00493012345678", "03012345678"])
def test_a_number_of_another_country_is_found_too(snapshot: Make, dialled: str) -> None:
    numbers = {"+493012345678": {"number": "+493012345678", "flow": "empfang"}}
    german = snapshot(subscriber_id=2, slug="duval", country="DE", numbers=numbers)
    way = route(offer(dialled), Known((snapshot(), german)))
    assert isinstance(way, Route)
    assert (way.subscriber.slug, way.number, way.flow) == ("duval", "+493012345678", "empfang")


def test_a_number_that_two_countries_could_mean_leads_nowhere(snapshot: Make) -> None:
    other = {"+49123456789": {"number": "+49123456789", "flow": "empfang"}}
    german = snapshot(subscriber_id=2, slug="duval", country="DE", numbers=other)
    assert isinstance(route(offer("0123456789"), Known((snapshot(), german))), NoRoute)


def test_a_number_of_nobody(snapshot: Make) -> None:
    way = route(offer("+33199999999"), Known((snapshot(),)))
    assert isinstance(way, NoRoute)
    assert way.cause == "UNALLOCATED_NUMBER"
    assert way.subscriber is None


def test_a_number_without_a_flow_goes_to_its_fallback(snapshot: Make) -> None:
    numbers = {"+33123456789": {"number": "+33123456789", "fallback": "101"}}
    way = route(offer("+33123456789"), Known((snapshot(numbers=numbers),)))
    assert isinstance(way, NoRoute)
    assert (way.fallback, way.subscriber.slug) == ("101", "martin")


def test_a_stranger_cannot_dial_an_extension(snapshot: Make) -> None:
    assert isinstance(route(offer("101"), Known((snapshot(),))), NoRoute)


@pytest.mark.parametrize(
    ("dialled", "flow", "direction"),
    [
        ("1000", "reception", "internal"),
        ("101", "direct:101", "internal"),
        ("199", "direct:+33612345678", "outbound"),
        ("112", "direct:112", "outbound"),
        ("0612345679", "direct:+33612345679", "outbound"),
        ("+33123456789", "reception", "internal"),
    ],
)
def test_a_phone_dials(snapshot: Make, dialled: str, flow: str, direction: str) -> None:
    way = route(offer(dialled, subscriber="martin", user="claire", origin="phone"), Known((snapshot(),)))
    assert isinstance(way, Route)
    assert (way.flow, way.direction) == (flow, direction)


def test_the_same_extension_of_two_subscribers_never_meets(snapshot: Make) -> None:
    other = snapshot(subscriber_id=2, slug="duval", numbers={})
    for slug in ("martin", "duval"):
        way = route(offer("101", subscriber=slug, origin="phone"), Known((snapshot(), other)))
        assert isinstance(way, Route)
        assert way.subscriber.slug == slug


def test_a_phone_dials_nonsense(snapshot: Make) -> None:
    way = route(offer("*99*", subscriber="martin", origin="phone"), Known((snapshot(),)))
    assert isinstance(way, NoRoute)
    assert "*99*" in way.reason


@pytest.mark.parametrize(
    ("address", "name"), [("203.0.113.200", "carrier"), ("2001:db8::5", "other"), ("198.51.100.1", ""), ("not one", "")]
)
def test_a_trunk_is_known_by_its_address(address: str, name: str) -> None:
    assert trunk_at(address, TRUNKS) == name


@pytest.mark.parametrize("target", ["101", "+33612345678"])
def test_our_own_flow_is_whole(target: str) -> None:
    assert Flow.load(direct_flow(target)).start == "ring"


@pytest.mark.parametrize(
    ("entry", "flow"),
    [
        ({"mode": "fax"}, "fax:receive"),
        ({"mode": "fax", "flow": "reception"}, "fax:receive"),
        ({"mode": "both"}, "fax:receive"),
        ({"mode": "both", "flow": "reception"}, "reception"),
    ],
)
@pytest.mark.parametrize("whence", [{}, {"subscriber": "martin", "user": "claire", "origin": "phone"}])
def test_a_number_for_faxes_receives_them(
    snapshot: Make, entry: dict[str, str], flow: str, whence: dict[str, str]
) -> None:
    known = Known((snapshot(numbers={"+33123456789": {"number": "+33123456789"} | entry}),))
    way = route(offer("+33123456789", **whence), known)
    assert isinstance(way, Route)
    assert (way.flow, way.number) == (flow, "+33123456789")


@pytest.mark.parametrize("name", ["fax:receive", "fax:send:A:0", "fax:send:E:12"])
def test_our_own_flow_of_a_fax_is_whole(name: str) -> None:
    assert Flow.load(fax_flow(name)).name == name

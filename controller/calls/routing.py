"""Where a call goes: the dialled number, whose it is, and which flow answers for it. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from conf.snapshot import Snapshot
from controller.calls import placed
from controller.calls.fax_flow import RECEIVE
from controller.calls.offer import PLACED, Offer
from controller.flow.commands import External
from controller.flow.numbers import e164, is_emergency, parse_target

DIRECT = "direct:"  # flows of our own begin so: "direct:101", "direct:+33..."; no file can name one like this


class Known(Protocol):
    """What routing asks of the configuration."""

    def owner(self, number: str) -> Snapshot | None: ...
    def by_slug(self, slug: str) -> Snapshot | None: ...
    def all(self) -> Iterable[Snapshot]: ...
    def trunks(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class Route:
    """A call's way: the subscriber, the flow to walk and the number that led there."""

    subscriber: Snapshot
    flow: str  # a flow of the subscriber, or direct:TARGET
    number: str
    direction: str  # "inbound", "outbound" or "internal"
    fallback: str = ""
    trunk: str = ""


@dataclass(frozen=True)
class NoRoute:
    """Why a call goes nowhere, and the cause to hang up with if nobody apologises."""

    reason: str
    cause: str
    subscriber: Snapshot | None = None
    number: str = ""
    fallback: str = ""
    direction: str = "inbound"
    trunk: str = ""


def route(offer: Offer, known: Known) -> Route | NoRoute:
    """Find the flow of an offered call: by number from a trunk, by the user's subscriber from a phone.

    A call that a phone sent on goes where that phone's user might call, whoever it was that is sent.
    """
    if offer.origin != "trunk" and offer.subscriber:
        subscriber = known.by_slug(offer.subscriber)
        if subscriber is None:
            return NoRoute("the subscriber of this phone is not known", "CALL_REJECTED", direction="internal")
        if offer.origin == PLACED:
            return _as_placed(offer, subscriber)
        way = _from_phone(offer, subscriber)
        return _as_transferred(offer, way) if offer.origin == "transfer" else way
    return _from_trunk(offer, known)


def _as_placed(offer: Offer, subscriber: Snapshot) -> Route | NoRoute:
    """A call of ours to somebody: the flow that it was placed for talks."""
    given = placed.read(offer.given)
    if given is None:
        reason = "a call was placed and carries no flow"
        return NoRoute(reason, "CALL_REJECTED", subscriber, offer.dialled, direction="outbound", trunk=offer.trunk)
    return Route(subscriber, given.flow, offer.dialled, "outbound", trunk=offer.trunk)


def _from_trunk(offer: Offer, known: Known) -> Route | NoRoute:
    trunk = offer.trunk or trunk_at(offer.address, known.trunks())
    number = _ours(offer.dialled, known)
    subscriber = known.owner(number)
    if subscriber is None:
        return NoRoute(f"nobody has the number {number}", "UNALLOCATED_NUMBER", number=number, trunk=trunk)
    entry = subscriber.numbers.get(number, {})
    fallback = entry.get("fallback") or subscriber.fallback or ""
    flow = _flow_of(entry)
    if not flow:
        return NoRoute(
            f"the number {number} has no flow", "DESTINATION_OUT_OF_ORDER", subscriber, number, fallback, trunk=trunk
        )
    return Route(subscriber, flow, number, "inbound", fallback, trunk)


def _flow_of(number: Mapping[str, Any]) -> str:
    """The flow that a number leads to: one for faxes has ours, and so has one for both that names none."""
    mode, flow = number.get("mode"), str(number.get("flow") or "")
    return RECEIVE if mode == "fax" or (mode == "both" and not flow) else flow


def _ours(dialled: str, known: Known) -> str:
    """The number of ours that a carrier means, as E.164, however it is written; what nobody has stays as it is.

    Only a number without a country is read by the countries of our subscribers, and only when it fits one of them.
    """
    for written in (dialled, f"+{dialled}", f"+{dialled.removeprefix('00')}"):
        if known.owner(written):
            return written
    countries = {subscriber.country for subscriber in known.all()}
    found = {number for country in countries if (number := e164(dialled, country)) and known.owner(number)}
    return found.pop() if len(found) == 1 else e164(dialled) or dialled


def _from_phone(offer: Offer, subscriber: Snapshot) -> Route | NoRoute:
    dialled = offer.dialled
    fallback = subscriber.fallback or ""
    if entry := subscriber.extensions.get(dialled):
        if flow := entry.get("flow"):
            return Route(subscriber, flow, dialled, "internal", fallback)
        if external := entry.get("external"):
            return Route(subscriber, f"{DIRECT}{external}", dialled, "outbound", fallback)
    if user_of(subscriber, dialled):
        return Route(subscriber, f"{DIRECT}{dialled}", dialled, "internal", fallback)
    if is_emergency(dialled, subscriber.country, subscriber.emergency):
        return Route(subscriber, f"{DIRECT}{dialled}", dialled, "outbound", fallback)
    if number := e164(dialled, subscriber.country):
        own = subscriber.numbers.get(number, {})
        if flow := _flow_of(own):
            return Route(subscriber, flow, number, "internal", own.get("fallback") or fallback)
        return Route(subscriber, f"{DIRECT}{number}", number, "outbound", fallback)
    return NoRoute(
        f"{dialled} is neither an extension nor a number",
        "UNALLOCATED_NUMBER",
        subscriber,
        dialled,
        direction="internal",
    )


def _as_transferred(offer: Offer, way: Route | NoRoute) -> Route | NoRoute:
    """Only a user of the subscriber sends a call out: somebody must answer for what it costs."""
    users = {user.get("login") for user in way.subscriber.users} if way.subscriber else set()
    if isinstance(way, NoRoute) or way.direction != "outbound" or offer.transferor in users:
        return way
    reason = f"whoever transferred the call to {way.number} is not known as a user"
    return NoRoute(reason, "OUTGOING_CALL_BARRED", way.subscriber, way.number, direction="outbound")


def leads_to(subscriber: Snapshot, target: str) -> str:
    """The flow that a target leads to: the extension's own, else one that rings it."""
    return str(subscriber.extensions.get(target, {}).get("flow") or f"{DIRECT}{target}")


def can_reach(subscriber: Snapshot, target: str) -> bool:
    """Whether a text is somebody whom a caller can be taken to: an extension of the subscriber, or a number."""
    if subscriber.extensions.get(target, {}).get("flow") or subscriber.extensions.get(target, {}).get("external"):
        return True
    try:
        return isinstance(parse_target(target), External) or user_of(subscriber, target) is not None
    except ValueError:
        return False


def user_of(subscriber: Snapshot, extension: str) -> Mapping[str, Any] | None:
    """The user who owns an extension."""
    return next((user for user in subscriber.users if user.get("extension") == extension), None)


def trunk_at(address: str, trunks: Sequence[Mapping[str, Any]]) -> str:
    """The trunk whose allowed networks hold an IP address; "" when none does."""
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return ""
    for trunk in trunks:
        if any(peer in ipaddress.ip_network(network, strict=False) for network in trunk.get("allow") or ()):
            return str(trunk["name"])
    return ""


def direct_flow(target: str) -> dict[str, Any]:
    """The flow that rings one target and tells the caller's network how it went."""
    return {
        "name": f"{DIRECT}{target}",
        "start": "ring",
        "nodes": {
            "ring": {
                "kind": "dial",
                "to": [target],
                "ring": 45.0,
                "exits": {"answered": "end", "busy": "busy", "no_answer": "nobody", "failed": "failed"},
            },
            "end": {"kind": "hang_up"},
            "busy": {"kind": "hang_up", "cause": "USER_BUSY"},
            "nobody": {"kind": "hang_up", "cause": "NO_ANSWER"},
            "failed": {"kind": "hang_up", "cause": "NORMAL_TEMPORARY_FAILURE"},
        },
    }

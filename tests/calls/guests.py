"""Callers who are each in one phase of a call when its controller dies, and what their record must say in the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conf.models import CallRecord
from tests.calls.houses_made import NUMBERS
from tests.calls.processes import Processes
from tests.calls.shop import Shop
from tests.outside import Outside, Person

ENDS_WITHIN = 90.0  # seconds
PATHS = {
    "say": ["read", "end"],
    "menu": ["choose", "two", "end"],
    "collect": ["enter", "check", "right", "end"],
    "ringing": ["ring", "after", "end"],
    "bridged": ["ring", "after", "end"],
    "music": ["wait"],
    "http": ["ask", "unsure", "end"],
    "safe http": ["ask", "tell", "end"],
}
DISPOSITIONS = {"ringing": "answered", "bridged": "answered", "music": "abandoned"}


@dataclass
class Guest:
    """One caller, found again by the number it calls from."""

    phase: str
    caller: str
    person: Person
    expects: str = ""  # the phase whose path it walks in the end

    def state(self, calls: list[dict[str, Any]]) -> dict[str, Any]:
        return next((call for call in calls if call["from"] == self.caller), {})

    def is_there(self, calls: list[dict[str, Any]]) -> bool:
        """Whether the call is in its phase."""
        state = self.state(calls)
        doing = {"say": "Play", "music": "Play", "menu": "Collect", "collect": "Collect"}.get(self.phase, "")
        if self.phase == "bridged":
            return bool(state.get("talking_to") == "202")
        if self.phase == "ringing":
            return bool(state.get("doing") == "Dial")
        return bool(state) and state["doing"] == (doing or "Request")


def arrive(outside: Outside, each: int, phases: Iterable[str] = tuple(NUMBERS), first: int = 0) -> list[Guest]:
    """`each` callers for every phase, who have called just now."""
    guests = []
    for place, phase in enumerate(phases):
        for number in range(first, first + each):
            caller = f"+336{place:02d}{number:06d}"
            guests.append(Guest(phase, caller, outside.from_trunk(NUMBERS[phase], caller=caller)))
    return guests


def settle(site: Processes, guests: list[Guest], within: float = 90.0) -> None:
    """Wait until everybody is in the phase meant for them."""

    def all_there() -> bool:
        calls = site.calls()
        return all(guest.is_there(calls) for guest in guests)

    site.until(all_there, within)


def of(guests: list[Guest], *phases: str) -> list[Guest]:
    return [guest for guest in guests if guest.phase in phases]


def check(site: Processes, guests: list[Guest], shop: Shop) -> dict[str, CallRecord]:
    """Everybody's call ended as its flow ends it, and each has one whole record; returns them by caller."""
    for guest in guests:
        assert guest.person.has_ended(ENDS_WITHIN), f"{guest.phase} does not end: {guest.state(site.calls())}"
    site.until(lambda: len(site.records()) >= len(guests), 30)
    records = {record.caller: record for record in site.records()}
    assert len(site.records()) == len(records) == len(guests)
    wrong = {
        f"{guest.phase} {guest.caller}": told
        for guest in guests
        if (told := _wrong(guest, records[guest.caller])) is not None
    }
    assert not wrong, "\n".join(f"{who}: {what}" for who, what in sorted(wrong.items()))
    allowed = {record.call for guest in of(guests, "safe http") for record in [records[guest.caller]]}
    assert all(count == 1 for key, count in shop.keys.items() if key.split("/")[0] not in allowed)
    assert len(shop.keys) == len(of(guests, "http", "safe http"))
    return records


def _wrong(guest: Guest, record: CallRecord) -> str | None:
    path = [step["node"] for step in record.path]
    expected = DISPOSITIONS.get(guest.phase, "served")
    if path != PATHS[guest.expects or guest.phase] or record.disposition != expected or record.problem:
        return f"{path} {record.disposition} {record.cause} {record.problem} {record.source}"
    if record.answered_at is None or record.ended_at is None or record.flow != guest.phase.replace(" ", "_"):
        return f"answered {record.answered_at} ended {record.ended_at} flow {record.flow}"
    if expected == "answered" and (record.talk <= 0 or record.ringing_at is None):
        return f"talk {record.talk} ringing {record.ringing_at}"
    return None

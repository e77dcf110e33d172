"""A schedule as people ask about it: open now and until when, the days to come, the holidays to come. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from conf.models import Document
from controller.flow import schedules

STRIP = 14  # days
SOONEST = 8  # holidays that are listed


@dataclass(frozen=True)
class Day:
    """A day to come: `state` is open, closed or holiday; `note` says why it differs from the week."""

    date: date
    state: str
    spans: tuple[str, ...]
    note: str = ""
    differs: bool = False


@dataclass(frozen=True)
class Now:
    """The state at a moment, and when it changes; None when no change is near."""

    state: str
    until: datetime | None
    opens: datetime | None  # when it opens again, while it is not open


def zone_of(doc: Document, own: str) -> ZoneInfo:
    """The time zone of a schedule: its own, or the subscriber's."""
    return ZoneInfo(doc.get("time_zone") or own or "UTC")


def now(doc: Document, at: datetime, country: str) -> Now:
    """The state at a moment, which is aware. Raises FlowError when the schedule cannot be read."""
    read = schedules.load(doc)
    found = schedules.state(read, at, country)
    until = datetime.fromisoformat(found.until) if found.until else None
    opens, state, change = None, found.state, until
    for _ in range(40):  # closed, holiday, closed ... until it opens
        if state == "open" or change is None:
            break
        following = schedules.state(read, change, country)
        if following.state == "open":
            opens = change
        state, change = following.state, datetime.fromisoformat(following.until) if following.until else None
    return Now(found.state, until, opens)


def days(doc: Document, first: date, country: str, language: str) -> list[Day]:
    """The days to come."""
    read = schedules.load(doc)
    return [_day(read, first + timedelta(days=ahead), country, language) for ahead in range(STRIP)]


def coming(doc: Document, first: date, country: str, language: str) -> list[tuple[date, str]]:
    """The public holidays to come that this schedule knows, by name."""
    calendar = calendar_of(doc, country)
    found = [*_names(calendar, first.year, language), *_names(calendar, first.year + 1, language)]
    return [(day, name) for day, name in found if day >= first][:SOONEST]


def calendar_of(doc: Document, country: str) -> str:
    """Whose holidays count; "" for none."""
    said = doc.get("holidays", "")
    return country if said is True else said or ""


def _day(read: schedules.Schedule, day: date, country: str, language: str) -> Day:
    spans = read.spans(day, country)
    special = next((one for one in reversed(read.exceptions) if one.date <= day <= (one.to or one.date)), None)
    calendar = country if read.holidays is True else read.holidays or ""
    note = special.note if special else dict(_names(calendar, day.year, language)).get(day, "")
    state = "holiday" if spans is None else "open" if spans else "closed"
    return Day(day, state, tuple(spans or ()), note, special is not None or spans is None)


@lru_cache(maxsize=256)
def _names(calendar: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    country, _, region = calendar.partition("-")
    if not country:
        return ()
    try:
        return tuple(sorted(_calendar(country.upper(), region.upper(), year, language).items()))
    except NotImplementedError:
        return ()


def _calendar(country: str, region: str, year: int, language: str) -> Any:
    supported = holidays.list_localized_countries().get(country, [])
    wanted = next((one for one in supported if one.partition("_")[0] == language), None)
    return holidays.country_holidays(country, subdiv=region or None, years=year, language=wanted)


@lru_cache(maxsize=1)
def calendars() -> tuple[str, ...]:
    """Every country, and part of one, whose holidays are known."""
    return tuple(_calendars())


def _calendars() -> Iterator[str]:
    for country, parts in sorted(holidays.list_supported_countries(include_aliases=False).items()):
        yield country
        yield from (f"{country}-{part}" for part in parts if len(part) <= 3)

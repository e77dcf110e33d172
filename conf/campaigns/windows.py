"""Calling windows: the hours of a week in which contacts may be called, in their own time zones, less the holidays."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

AHEAD = 62  # days that are searched for the next opening

Span = tuple[time, time]
Week = Mapping[int, Sequence[Span]]  # by weekday, Monday is 0


@dataclass(frozen=True)
class Calendar:
    """A country's public holidays; `parts` are regions whose days count as well, since a number does not tell them."""

    country: str
    parts: tuple[str, ...] = ()

    def closed(self, day: date) -> bool:
        """Whether nobody is called that day."""
        return any(day in _holidays(self.country, part, day.year) for part in ("", *self.parts))


def is_open(week: Week, calendar: Calendar | None, zones: Collection[str], moment: datetime) -> bool:
    """Whether the window is open at a moment in every one of the zones. The moment knows its zone."""
    return bool(zones) and all(_open_in(week, calendar, ZoneInfo(zone), moment) for zone in zones)


def next_opening(week: Week, calendar: Calendar | None, zones: Collection[str], after: datetime) -> datetime | None:
    """The first moment, not before `after`, at which it is open in all zones; None when none comes in two months."""
    if is_open(week, calendar, zones, after):
        return after
    starts = {start for zone in zones for start in _starts(week, ZoneInfo(zone), after)}
    return next((start for start in sorted(starts) if is_open(week, calendar, zones, start)), None)


def both(one: Week, other: Week) -> Week:
    """The hours that stand in both weeks."""
    return {day: tuple(_common(one.get(day, ()), other.get(day, ()))) for day in range(7)}


def _open_in(week: Week, calendar: Calendar | None, zone: ZoneInfo, moment: datetime) -> bool:
    local = moment.astimezone(zone)
    if calendar is not None and calendar.closed(local.date()):
        return False
    now = local.time()
    return any(start <= now < end for start, end in week.get(local.weekday(), ()))


def _starts(week: Week, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    first = after.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in range(AHEAD)):
        for start, _ in week.get(day.weekday(), ()):
            moment = datetime.combine(day, start, zone).astimezone(UTC)
            if moment >= after:
                yield moment


def _common(one: Sequence[Span], other: Sequence[Span]) -> Iterator[Span]:
    for start, end in one:
        for begin, stop in other:
            if max(start, begin) < min(end, stop):
                yield max(start, begin), min(end, stop)


@lru_cache(maxsize=256)
def _holidays(country: str, part: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))

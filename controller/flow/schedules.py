"""Schedules: whether an office is open at a moment, and until when that lasts.

Hours are wall-clock times of the schedule's time zone. A range such as `22:00-06:00` runs over midnight and belongs to
the day it starts on, so a night shift before a holiday runs to its end. When the clocks go back, a time that comes
twice opens at the first and closes at the second; one that never comes counts as the moment the clocks jump.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from controller.flow.commands import Hours
from controller.flow.fields import wrong
from controller.flow.problem import N_, Problem
from controller.flow.reading import problems_of, read_as

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
RANGE = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
AHEAD = 62  # days searched for the next change


def _day(value: object) -> object:
    """Let a date be written as a text, as JSON must."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong("wrong_date", N_("{field} is not a date such as 2026-12-24.")) from None
    return value


def _span(text: str) -> str:
    if not RANGE.fullmatch(text):
        raise wrong("wrong_hours", N_("{field} is not a range of hours such as 08:30-12:30."))
    return text


def _weekdays(text: str) -> str:
    try:
        weekdays(text)
    except ValueError:
        message = N_("{field}: days are mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri, or a list mon,wed.")
        raise wrong("wrong_days", message) from None
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("wrong_time_zone", N_("{field} is not a time zone such as Europe/Paris.")) from None
    return name


def _calendar(value: object) -> object:
    if isinstance(value, str) and value and not _has_calendar(value):
        raise wrong("wrong_country", N_("{field}: no holidays are known for “{country}”."), country=value)
    return value


Spans = Annotated[list[Annotated[str, AfterValidator(_span)]], Field(max_length=24)]
Day = Annotated[date, BeforeValidator(_day)]


class Special(BaseModel):
    """A day, or the days up to `to`, that differ: other hours, closed, or a holiday."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    date: Day
    to: Day | None = None
    hours: Spans = []
    closed: bool = False
    holiday: bool = False
    note: str = ""

    @model_validator(mode="after")
    def says_one_thing(self) -> Special:
        if bool(self.hours) + self.closed + self.holiday != 1:
            raise wrong("wrong_exception", N_("Hours, closed: true or holiday: true is needed, and only one."))
        return self


class Schedule(BaseModel):
    """The week, the holidays, and the days that differ."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    hours: dict[Annotated[str, AfterValidator(_weekdays)], Spans] = {}
    holidays: Annotated[str | bool, BeforeValidator(_calendar)] = ""
    exceptions: list[Special] = []
    time_zone: Annotated[str, AfterValidator(_zone)] = ""

    def spans(self, day: date, country: str) -> list[str] | None:
        """List a day's hours; None on a holiday. The last exception that names the day decides alone."""
        for special in reversed(self.exceptions):
            if special.date <= day <= (special.to or special.date):
                return None if special.holiday else special.hours
        calendar = country if self.holidays is True else self.holidays or ""
        if calendar and day in _holidays(calendar, day.year):
            return None
        return [span for days, spans in self.hours.items() if day.weekday() in weekdays(days) for span in spans]


def problems(schedule: object) -> list[Problem]:
    """List what is wrong with a schedule's document; its other fields (name, note) are not looked at."""
    try:
        Schedule.model_validate(schedule)
    except ValueError as found:
        return problems_of(found)  # type: ignore[arg-type]
    return []


def load(schedule: Mapping[str, Any]) -> Schedule:
    """Read a schedule's document. Raises FlowError when it is unreadable."""
    return read_as(Schedule, schedule, "schedule", str(schedule.get("name", "")))


def state(schedule: Mapping[str, Any] | Schedule, at: datetime, country: str = "") -> Hours:
    """Say whether a schedule is open at a moment, and until when (ISO 8601; "" when no change is near).

    `at` is aware; its own zone is used unless the schedule names one. Raises FlowError when the schedule is unreadable.
    """
    read = schedule if isinstance(schedule, Schedule) else load(schedule)
    zone = ZoneInfo(read.time_zone) if read.time_zone else at.tzinfo
    assert zone is not None, "a moment without a time zone"
    local = at.astimezone(zone)
    now = _state(read, local, country)
    for change in _changes(read, local, country):
        if _state(read, change, country) != now:
            return Hours(now, change.isoformat())  # type: ignore[arg-type]
    return Hours(now)  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def weekdays(text: str) -> frozenset[int]:
    """Read days: `mon`, `mon-fri`, `sat,sun`, and over the week's end `fri-mon`. Raises ValueError."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(found)


def _state(schedule: Schedule, at: datetime, country: str) -> str:
    """Say the state at a local moment."""
    moment = at.astimezone(UTC)
    for day in (at.date() - timedelta(days=1), at.date()):
        if any(start <= moment < end for start, end in _moments(schedule, day, at, country)):
            return "open"
    return "holiday" if schedule.spans(at.date(), country) is None else "closed"


def _moments(schedule: Schedule, day: date, at: datetime, country: str) -> Iterator[tuple[datetime, datetime]]:
    """List when a day's ranges begin and end, as moments in UTC."""
    for span in schedule.spans(day, country) or ():
        start, _, end = span.partition("-")
        midnight = end == "24:00"
        closes = time() if midnight else time.fromisoformat(end)
        over_night = midnight or closes <= time.fromisoformat(start)
        yield (
            datetime.combine(day, time.fromisoformat(start), at.tzinfo).astimezone(UTC),
            datetime.combine(day + timedelta(days=over_night), closes, at.tzinfo).replace(fold=1).astimezone(UTC),
        )


def _changes(schedule: Schedule, at: datetime, country: str) -> Iterator[datetime]:
    """List the moments after `at` when the state may change, in order, as far as we look."""
    for ahead in range(-1, AHEAD):
        day = at.date() + timedelta(days=ahead)
        moments = {moment for span in _moments(schedule, day, at, country) for moment in span}
        moments.add(datetime.combine(day, time(), at.tzinfo).astimezone(UTC))
        for moment in sorted(moments):
            if moment > at.astimezone(UTC):
                yield moment.astimezone(at.tzinfo)


@lru_cache(maxsize=256)
def _holidays(calendar: str, year: int) -> frozenset[date]:
    """List a country's public holidays: `FR`, or with a region `FR-GES`."""
    country, _, region = calendar.partition("-")
    try:
        return frozenset(holidays.country_holidays(country.upper(), subdiv=region.upper() or None, years=year))
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=256)
def _has_calendar(calendar: str) -> bool:
    country, _, region = calendar.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    return country.upper() in known and (not region or region.upper() in known[country.upper()])

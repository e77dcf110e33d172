"""How templates write numbers and moments: as people of the country and the language do."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

import phonenumbers
from babel import Locale, dates
from flask import Flask, g
from flask_babel import format_date, format_decimal, get_locale, get_timezone

HALF_MINUTE = 30  # seconds


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(day=day, numberformat=format_decimal, phone=phone, exact=exact, ago=ago, lasted=lasted)


def phone(number: str) -> str:
    """A number as it is written in the subscriber's country; what is no international number stays as it is."""
    return _formatted(number, getattr(g.get("person"), "country", "")) if number.startswith("+") else number


@lru_cache(maxsize=4096)
def _formatted(number: str, country: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    at_home = country and phonenumbers.region_code_for_country_code(parsed.country_code or 0) == country
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def day(moment: datetime) -> str:
    """A day in full."""
    return format_date(moment, "full")


def exact(moment: datetime | None) -> str:
    """A moment to the second, in the subscriber's time zone."""
    return _exact(moment, get_locale(), get_timezone()) if moment else ""


@lru_cache(maxsize=4096)
def _exact(moment: datetime, locale: Locale, zone: tzinfo) -> str:
    return dates.format_datetime(moment, "medium", zone, locale)


def ago(moment: datetime | None) -> str:
    """How long ago, or how soon; the page lets it tick."""
    if not moment:
        return ""
    seconds = int((moment - datetime.now(UTC)).total_seconds() // 1)
    if seconds < -HALF_MINUTE * 2:  # the middle of a half minute: all of it is told by the same words
        seconds = -(-seconds // HALF_MINUTE * HALF_MINUTE + HALF_MINUTE // 2)
    return _ago(seconds, get_locale())


@lru_cache(maxsize=4096)
def _ago(seconds: int, locale: Locale) -> str:
    return dates.format_timedelta(seconds, add_direction=True, locale=locale)


def lasted(seconds: float | None) -> str:
    """A duration in seconds as 1:05 or 1:00:05."""
    whole = int(seconds or 0)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"

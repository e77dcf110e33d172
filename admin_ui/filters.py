"""How templates write numbers and moments: as people of the country and the language do."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import phonenumbers
from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, format_timedelta
from flask_login import current_user


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(day=day, numberformat=format_decimal, phone=phone, exact=exact, ago=ago, lasted=lasted)


def phone(number: str) -> str:
    """A number as it is written in the subscriber's country; what is no international number stays as it is."""
    return _formatted(number, getattr(current_user, "country", "")) if number.startswith("+") else number


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
    return format_datetime(moment, "medium") if moment else ""


def ago(moment: datetime | None) -> str:
    """How long ago, or how soon; the page lets it tick."""
    return format_timedelta(moment - datetime.now(UTC), add_direction=True) if moment else ""


def lasted(seconds: float | None) -> str:
    """A duration in seconds as 1:05 or 1:00:05."""
    whole = int(seconds or 0)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"

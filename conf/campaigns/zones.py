"""Where a number is: its country, and every time zone its owner may be in. What is not known is not guessed."""

from __future__ import annotations

import phonenumbers
from phonenumbers import timezone

UNKNOWN = "Etc/Unknown"


def country_of(number: str) -> str:
    """The region of an E.164 number as two letters, `RE` for La Réunion; "" when it is none or belongs to several."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_number(parsed) or ""


def zones_of(number: str) -> tuple[str, ...]:
    """The time zones of an E.164 number; () when none is known. A mobile of a large country has several."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in timezone.time_zones_for_number(parsed) if zone != UNKNOWN)

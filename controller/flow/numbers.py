"""Telephone numbers: E.164 by phonenumbers, short numbers, emergency numbers, and whom a text dials."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, ValidationResult, shortnumberinfo

from controller.flow.commands import Extension, External, Target

SHORT = re.compile(r"[0-9]{2,8}")
WRITTEN_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# What carriers send when the caller withholds the number.
ANONYMOUS = frozenset({"", "anonymous", "anonyme", "private", "restricted", "unavailable", "unknown", "withheld"})


@lru_cache(maxsize=4096)
def e164(text: str, country: str = "") -> str | None:
    """Write a number as E.164 (`01 23 45 67 89` in FR is `+33123456789`); None when it is not a public number."""
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_of(number: str) -> str:
    """Name the country of an E.164 number (`FR`), "" when it has none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except NumberParseException:
        return ""


def e164_prefix(prefix: str, country: str = "") -> str:
    """Write the beginning of a number as E.164: `0899` in FR is `+33899`, `0044` is `+44`; else unchanged."""
    digits = re.sub(r"[^0-9+]", "", prefix)
    if digits.startswith("+"):
        return digits
    if digits.startswith("00"):
        return "+" + digits[2:]
    code = phonenumbers.country_code_for_region(country.upper())
    trunk = phonenumbers.ndd_prefix_for_region(country.upper(), True) if code else None
    if trunk and digits.startswith(trunk):
        return f"+{code}{digits[len(trunk) :]}"
    return digits


def is_anonymous(number: str) -> bool:
    """Whether the caller's number is withheld."""
    return number.strip().lower() in ANONYMOUS


def is_short(text: str) -> bool:
    """Whether a text looks like a short number (an extension): 2 to 8 digits."""
    return SHORT.fullmatch(text) is not None


def is_emergency(text: str, country: str, listed: tuple[str, ...] = ()) -> bool:
    """Whether a dialled text is an emergency number, by the country's plan or the subscriber's own list."""
    return text in listed or (bool(country) and shortnumberinfo.is_emergency_number(text, country.upper()))


def parse_target(text: str, trunk: str = "") -> Target:
    """Read whom a text dials: `101` an extension, `+33612345678` an external number. Raises ValueError.

    Only a written `+` leaves the subscriber: what a caller keys in has none, so keys never dial out by themselves.
    """
    written = re.sub(r"[\s().-]", "", text)
    if WRITTEN_E164.fullmatch(written):
        return External(written, trunk)
    if is_short(written):
        return Extension(written)
    raise ValueError(text)

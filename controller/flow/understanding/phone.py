"""phone: a telephone number, as E.164."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

from controller.flow.understanding import digits

PLUS = {"plus", "+"}


def read(text: str, language: str, country: str = "") -> str | None:
    """Read a number said by digits or pairs; a national one by the country's plan. None when it is no valid number."""
    said = text.strip()
    first = said.split()[0].lower() if said else ""
    international = first in PLUS
    written = digits.read(said[len(first) :] if international else said, language, 6, 17)
    if written is None:
        return None
    return _valid(f"+{written}" if international else written, country.upper())


@lru_cache(maxsize=1024)
def _valid(written: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(written, country or None)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phrases(language: str) -> tuple[str, ...]:
    """The words a recogniser must know."""
    words = digits.phrases(language)
    return (*words, "plus") if words else ()

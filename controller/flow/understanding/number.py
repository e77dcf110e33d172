"""number: a number, whole or with a decimal part."""

from __future__ import annotations

from decimal import Decimal

from controller.flow.understanding import digits
from controller.flow.understanding.numerals import group, tokens, vocabulary

POINT = {"fr": ("virgule",), "en": ("point",), "de": ("komma",)}
MINUS = {"fr": ("moins",), "en": ("minus",), "de": ("minus",)}
LONGEST = 15  # digits


def read(text: str, language: str) -> Decimal | None:
    """Read a number; None for none, for two, and for words besides it."""
    said = tokens(text, language)
    negative = said[:1] != [] and said[0] in MINUS.get(language, ())
    found = whole_or_decimal(said[1:] if negative else said, language)
    return -found if found is not None and negative else found


def whole_or_decimal(said: list[str], language: str) -> Decimal | None:
    """Read words that are a number and nothing else."""
    for place, word in enumerate(said):
        if word in POINT.get(language, ()):
            before = group(said[:place], language)
            after = digits.read(" ".join(said[place + 1 :]), language, 1, 9)
            return Decimal(f"{before}.{after}") if _fits(before) and after else None
    found = group(said, language)
    return Decimal(found) if _fits(found) else None


def phrases(language: str) -> tuple[str, ...]:
    """The words a recogniser must know."""
    words = vocabulary(language)
    return (*words, *POINT.get(language, ()), *MINUS.get(language, ())) if words else ()


def _fits(written: str) -> bool:
    """Whether digits are a number: a leading zero makes them a code."""
    return 0 < len(written) <= LONGEST and (written == "0" or not written.startswith("0"))


def written(value: Decimal) -> str:
    """Write a number as a variable holds it: 3, -2.5."""
    return f"{value.normalize():f}"

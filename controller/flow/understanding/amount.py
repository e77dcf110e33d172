"""amount: an amount of money, in units and hundredths: "douze euros cinquante", "fifty cents"."""

from __future__ import annotations

from decimal import Decimal

from controller.flow.understanding.number import POINT, whole_or_decimal
from controller.flow.understanding.numerals import group, tokens, vocabulary
from controller.flow.understanding.words import bare, words

UNITS = frozenset(words("euro euros dollar dollars pound pounds quid franc francs franken eur"))
HUNDREDTHS = frozenset(words("centime centimes cent cents pence penny p rappen"))
AND = frozenset({"et", "and", "und"})


def read(text: str, language: str) -> Decimal | None:
    """Read an amount; a number without a currency is one of whole units. None for none, and for two."""
    said = tokens(text, language)
    places = [place for place, word in enumerate(said) if bare(word) in UNITS]
    if len(places) > 1:
        return None
    if not places:
        return _hundredths(said, language) or whole_or_decimal(said, language)
    units = whole_or_decimal(said[: places[0]], language)
    rest = said[places[0] + 1 :]
    rest = rest[1:] if rest and rest[0] in AND else rest
    if units is None or not rest:
        return units
    if rest[-1] in HUNDREDTHS:
        rest = rest[:-1]
    after = group(rest, language)
    whole = units == units.to_integral_value()
    return units + Decimal(after) / 100 if after and whole and 0 < int(after) < 100 else None


def _hundredths(said: list[str], language: str) -> Decimal | None:
    """Read "cinquante centimes". French "deux cents" is two hundred, and no money at all."""
    if len(said) < 2 or said[-1] not in HUNDREDTHS or (language == "fr" and said[-1] in ("cent", "cents")):
        return None
    found = group(said[:-1], language)
    return Decimal(found) / 100 if found and int(found) < 1000 else None


def phrases(language: str) -> tuple[str, ...]:
    """The words a recogniser must know."""
    known = vocabulary(language)
    return tuple(dict.fromkeys((*known, *POINT.get(language, ()), *sorted(UNITS | HUNDREDTHS)))) if known else ()

"""Numbers that were spoken, as digits: `quatre vingt douze` and `ninety two` are 92. French, English, German."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

_FRENCH_UNITS = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_ENGLISH_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_GERMAN_UNITS = (
    "null ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn"
    " achtzehn neunzehn"
)
_GERMAN_TENS = "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig"


def _counted(words: str) -> dict[str, int]:
    return {word: value for value, word in enumerate(words.split())}


_FRENCH = {
    **_counted(_FRENCH_UNITS),
    "une": 1, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
    "cent": 100, "cents": 100, "mille": 1000,
}  # fmt: skip
_ENGLISH = {
    **_counted(_ENGLISH_UNITS),
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "hundred": 100, "thousand": 1000,
}  # fmt: skip
_AND = {"fr": "et", "en": "and", "de": "und"}
_ARTICLES = {"fr": {"un", "une"}, "en": {"one"}, "de": {"ein"}}


@lru_cache(maxsize=1)
def _german() -> dict[str, int]:
    """German writes a number below a thousand as one word."""
    small = _counted(_GERMAN_UNITS)
    units = {value: word for word, value in small.items() if 0 < value < 10}
    for ten, word in enumerate(_GERMAN_TENS.split(), 2):
        small[word] = ten * 10
        small |= {f"{one}und{word}": ten * 10 + unit for unit, one in units.items()}
    found = dict(small) | {"eins": 1, "zwo": 2, "hundert": 100, "tausend": 1000}
    for unit, one in units.items():
        found[f"{one}hundert"] = unit * 100
        found |= {f"{one}hundert{word}": unit * 100 + value for word, value in small.items() if value}
    found |= {f"hundert{word}": 100 + value for word, value in small.items() if value}
    return found


def values(language: str) -> dict[str, int]:
    """The number words of a language, folded; none for a language that is not known."""
    return {"fr": _FRENCH, "en": _ENGLISH, "de": _german()}.get(language, {})


def read(tokens: Sequence[str], language: str) -> Iterator[tuple[str, int, int]]:
    """The tokens, runs of number words as digits: (text, first, last). An article that stands alone stays a word."""
    known = values(language)
    at = 0
    while at < len(tokens):
        if tokens[at] not in known:
            yield tokens[at], at, at
            at += 1
            continue
        value, end = _number(tokens, at, language, known)
        alone = end == at + 1 and tokens[at] in _ARTICLES.get(language, ())
        yield tokens[at] if alone else str(value), at, end - 1
        at = end


def _number(tokens: Sequence[str], at: int, language: str, known: dict[str, int]) -> tuple[int, int]:
    """The longest number that begins here, and where it ends."""
    total, group, here = 0, known[tokens[at]], at + 1
    if group == 1000:
        total, group = 1000, 0
    while here < len(tokens):
        and_ = tokens[here] == _AND.get(language) and here + 1 < len(tokens)
        value = known.get(tokens[here + and_])
        if value is None:
            break
        if value == 1000 and not total and group and not and_:
            total, group = group * 1000, 0
        elif total and not group and 0 < value <= 100 and not (and_ and language == "fr"):
            group = value
        elif (joined := _join(group, value, language, and_)) is not None:
            group = joined
        else:
            break
        here += 1 + and_
    return total + group, here


def _join(group: int, value: int, language: str, and_: bool) -> int | None:
    """A number below a thousand with one more word; None when that begins another number."""
    ones, tens = group % 10, group % 100
    if value == 100:
        return group * 100 if 0 < group < 10 and not and_ else None
    if value > 100 or value == 0:
        return None
    if language == "fr":
        return _join_french(group, value, and_)
    if and_ and tens:  # "twenty and five" are two numbers, "two hundred and five" is one
        return None
    if tens == 0 and group >= 100:
        return group + value
    return group + value if value < 10 and ones == 0 and tens >= 20 and language == "en" else None


def _join_french(group: int, value: int, and_: bool) -> int | None:
    ones, tens = group % 10, group % 100
    if and_:
        fits = value in (1, 11) if tens == 60 else value == 1 and ones == 0 and 20 <= tens <= 90
        return group + value if fits else None
    if value == 20 and tens == 4:
        return group + 76
    if tens == 0:
        return group + value if group >= 100 else None
    if tens in (60, 80) and value < 20:
        return group + value
    if value < 10 and ones == 0 and tens >= 20:
        return group + value
    return group + value if value in (7, 8, 9) and tens in (10, 70, 90) else None

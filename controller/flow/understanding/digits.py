"""digits: a string of digits, said one by one, in pairs as in France ("zéro six, douze"), or with "double"."""

from __future__ import annotations

from itertools import islice

from controller.flow.understanding.numerals import segmentations, tokens, vocabulary

TIMES = {"double": 2, "triple": 3, "doppel": 2}
MOST_WAYS = 5_000


def read(text: str, language: str, least: int = 1, most: int = 30) -> str | None:
    """Read digits: as few numbers as fit the length, "soixante douze" being 72. None when two readings fit as well."""
    said = _unfolded(tokens(text, language))
    if not said or len(said) > most * 2:
        return None
    ways = [way for way in islice(segmentations(said, language, most), MOST_WAYS)
            if least <= sum(map(len, way)) <= most]  # fmt: skip
    fewest = min(map(len, ways), default=0)
    read_as = {"".join(way) for way in ways if len(way) == fewest}
    return read_as.pop() if len(read_as) == 1 else None


def phrases(language: str) -> tuple[str, ...]:
    """The words a recogniser must know."""
    words = vocabulary(language)
    return (*words, *TIMES) if words else ()


def _unfolded(said: list[str]) -> list[str]:
    """Write "double four" as "four four"."""
    found: list[str] = []
    times = 1
    for word in said:
        if word in TIMES:
            times = TIMES[word]
            continue
        found.extend([word] * times)
        times = 1
    return found

"""Words: what is said, written as a recogniser writes it, and compared without accents and apostrophes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

UNKNOWN = "[unk]"  # a recogniser's word for what is none of its phrases

# French elisions are words of their own ("l' accueil"); "o'clock", "don't" and "aujourd'hui" are one.
_ELIDED = r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)'"
_WORD = re.compile(rf"\[unk\]|\b{_ELIDED}|[^\W_]+(?:'[^\W_]+)*")


@lru_cache(maxsize=4096)
def spoken(text: str) -> str:
    """Write a text as a recogniser does: lower case, no punctuation; hyphens part words, apostrophes stay."""
    whole = unicodedata.normalize("NFC", text.lower().replace("’", "'"))
    return " ".join(_WORD.findall(whole))


def words(text: str) -> list[str]:
    """The words of a text, for comparing: no accents, no apostrophes."""
    return bare(text).split()


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """Write a text without accents and apostrophes, in lower case."""
    parted = unicodedata.normalize("NFD", spoken(text).replace("'", " "))
    return " ".join("".join(char for char in parted if not unicodedata.combining(char)).split())


def heard_as(said: str, phrases: Iterable[str]) -> str:
    """What a recogniser that knows only these phrases makes of words: those of no phrase are "[unk]"."""
    known = {word for phrase in phrases for word in words(phrase)}
    if not known:
        return said
    found: list[str] = []
    for word in said.split():
        heard = word if set(words(word)) <= known else UNKNOWN
        if not (heard == UNKNOWN and found[-1:] == [UNKNOWN]):
            found.append(heard)
    return " ".join(found)


def known_words(said: str) -> list[str]:
    """The words that were understood."""
    return [word for word in spoken(said).split() if word != UNKNOWN]

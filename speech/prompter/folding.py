"""Text as it is compared: small letters, no accents, apostrophes and hyphens are gaps, number words are digits."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from speech.prompter import numbers

_SPELLED = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
LONGEST_WORD = 60  # letters of one word that are looked at


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded tokens; `places` are the first and the last word that each one comes from."""

    tokens: list[str]
    places: list[tuple[int, int]]

    def text(self) -> str:
        """The tokens with a space between them: what regular expressions are held against."""
        return " ".join(self.tokens)


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[str, ...]:
    """The folded pieces of one word: `L'été` is `l`, `ete`. What a recogniser did not understand has none."""
    if word.startswith(("[", "<")):  # Vosk's [unk]
        return ()
    small = unicodedata.normalize("NFKD", word[:LONGEST_WORD].casefold().translate(_SPELLED))
    bare = "".join(char for char in small if not unicodedata.combining(char))
    return tuple("".join(char if char.isalnum() else " " for char in bare).split())


def fold(words: Sequence[str], language: str) -> Folded:
    """Words as they are compared, each token with the words that it comes from."""
    tokens: list[str] = []
    places: list[int] = []
    for place, word in enumerate(words):
        for piece in pieces(word):
            tokens.append(piece)
            places.append(place)
    folded = list(numbers.read(tokens, language))
    return Folded([text for text, _, _ in folded], [(places[first], places[last]) for _, first, last in folded])


def fold_text(text: str, language: str) -> str:
    """A text as it is compared; what the rule studio shows beside a regular expression."""
    return fold(text.split(), language).text()


def fold_regex(pattern: str) -> str:
    """A regular expression without accents and apostrophes: it is held against folded text, in which there are none."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", pattern) if not unicodedata.combining(char))
    return bare.translate(_SPELLED).replace("’", " ").replace("'", " ")

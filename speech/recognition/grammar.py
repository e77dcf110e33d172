"""The phrases a recogniser is held to, checked first: libvosk ends the whole process on a malformed list."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

UNKNOWN = "[unk]"  # heard for anything else; without it every cough is one of the phrases
_MOST = 5000
_LONGEST = 300  # characters of a phrase
_NO_WORD = re.compile(r"[^\w' -]|_")


@dataclass(frozen=True)
class Grammar:
    """Phrases that the model knows every word of, and those dropped because it does not."""

    phrases: tuple[str, ...]
    dropped: tuple[str, ...] = ()

    @property
    def wanted(self) -> str:
        """The list as Vosk reads it; "" where nothing is left to be held to."""
        return json.dumps([*self.phrases, UNKNOWN], ensure_ascii=False) if self.phrases else ""


def check(phrases: Iterable[str], knows: Callable[[str], bool]) -> Grammar:
    """Keep what can be recognised, in order and once; `knows` tells whether a word is in the model."""
    kept: dict[str, None] = {}
    dropped = []
    for phrase in phrases:
        if phrase.strip() == UNKNOWN:
            continue
        said = _said(phrase, knows) if len(kept) < _MOST else ""
        if said:
            kept[said] = None
        else:
            dropped.append(phrase)
    return Grammar(tuple(kept), tuple(dropped))


def _said(phrase: str, knows: Callable[[str], bool]) -> str:
    """A phrase in the model's words; "" where it has none for it."""
    text = unicodedata.normalize("NFC", phrase).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    words: list[str] = []
    for word in _NO_WORD.sub(" ", text).split() if len(text) <= _LONGEST else []:
        parts = [word] if knows(word) else [part for part in word.split("-") if part]
        if not all(knows(part) for part in parts):
            return ""
        words += parts
    return " ".join(words)

"""What one side of a call says, on its way from the recogniser: given its times in the call, numbered, and masked."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from speech.client import Heard
from speech.hints import Said, Word
from speech.masking import LONGEST_WAIT, Masker

Utterance = dict[str, Any]


@dataclass(frozen=True)
class Spoken:
    """An utterance: `said` is what the prompter hears, `shown` what may be told to others.

    `said` holds what is known to be none of what may not be kept; in `shown` digits that may begin such a number are
    hidden too. Both have the same words, one for one.
    """

    number: int
    said: Said
    shown: tuple[Word, ...]
    start: float
    end: float


@dataclass(frozen=True)
class Settled:
    """An utterance that may be stored: `words` are masked, and no number goes on."""

    number: int
    words: tuple[Word, ...]

    def kept(self) -> Utterance:
        """As a transcript holds it."""
        words = [[word.word, round(word.start, 2), round(word.end, 2)] for word in self.words]
        text = " ".join(word.word for word in self.words)
        return {"text": text, "start": words[0][1], "end": words[-1][2], "words": words, "number": self.number}


class Voice:
    """One side. Utterances are numbered from `number` on; times are seconds since the call began to be listened to."""

    def __init__(self, side: str, language: str, patterns: Sequence[str], number: int = 0) -> None:
        self.side, self.language, self.number = side, language, number
        self._masker = Masker(language, patterns)
        self._waiting: deque[int] = deque()  # the numbers of what the masker holds
        self._last = 0.0
        self.speaks = False  # an utterance has begun
        self._began = 0.0
        self._text = ""  # of the last partial

    def partial(self, heard: Heard, offset: float) -> Spoken | None:
        """An utterance as far as it is understood; None where there is no word, or nothing new."""
        at = offset + heard.at
        words = [Word(word, at, at) for word in heard.text.split()]
        if not words or heard.text == self._text:
            return None
        self._text = heard.text
        if not self.speaks:
            self.speaks, self._began = True, at
        known, shown = self._masker.so_far(words, final=False)
        said = Said(self.side, _text(known), (), final=False, at=at, language=self.language)
        return Spoken(self.number, said, tuple(shown), min(self._began, at), at)

    def final(self, heard: Heard, offset: float, until: float = float("inf")) -> tuple[Spoken | None, list[Settled]]:
        """An utterance that is over, of which only words before `until` count, and what may be stored by now."""
        words = [word for word in _words(heard, offset) if word.start < until]
        began, self.speaks, self._text = self.speaks, False, ""
        if not words and not began:
            return None, []
        start, end = (words[0].start, words[-1].end) if words else (self._began, self._began)
        known, shown = self._masker.so_far(words)
        said = Said(self.side, _text(known), tuple(known), final=True, at=end, language=self.language)
        spoken = Spoken(self.number, said, tuple(shown), start, end)
        self.number += 1
        if not words:  # what seemed to be said was nothing
            return spoken, []
        self._waiting.append(spoken.number)
        self._last = end
        return spoken, self._settled(self._masker.put(words))

    def settle(self, now: float) -> list[Settled]:
        """What has waited long enough for a number to go on."""
        return self.flush() if self._waiting and now - self._last > LONGEST_WAIT else []

    def flush(self) -> list[Settled]:
        """Everything that waits: nothing more is heard."""
        return self._settled(self._masker.flush())

    def _settled(self, ready: list[list[Word]]) -> list[Settled]:
        return [Settled(self._waiting.popleft(), tuple(words)) for words in ready]


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.word for word in words)


def _words(heard: Heard, offset: float) -> list[Word]:
    """The words of a final with their times in the call; where it tells none, they lie side by side."""
    if heard.words:
        return [Word(word.word, offset + word.start, offset + word.end) for word in heard.words]
    texts = heard.text.split()
    step = max(0.0, heard.end - heard.start) / max(1, len(texts))
    start = offset + heard.start
    return [Word(text, start + step * at, start + step * (at + 1)) for at, text in enumerate(texts)]

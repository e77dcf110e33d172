"""What one side is saying: its words so far, folded, and what was found in them."""

from __future__ import annotations

from collections.abc import Sequence

from speech.prompter.folding import fold
from speech.prompter.heard import Seen, Word
from speech.prompter.phrases import Match, PhraseBook

MOST_WORDS = 300  # of one utterance that are looked at
DROPPED = 100  # words at a time, when there are more


class Utterance:
    """`number` counts the finals of a side. Partials only look at the words that changed since the last one."""

    def __init__(self, side: str) -> None:
        self.side = side
        self.number = 0
        self.shown: dict[int, int] = {}  # rule -> its card of this utterance
        self.matches: list[Match] = []
        self.tokens: list[str] = []
        self._places: list[tuple[int, int]] = []
        self._words: Sequence[Word] = ()
        self._dropped = 0

    def hear(self, words: Sequence[Word], language: str, book: PhraseBook) -> list[Match]:
        """Take up the words as they are understood now; what was found that was not there before."""
        self._dropped = -(-max(0, len(words) - MOST_WORDS) // DROPPED) * DROPPED
        self._words = words[self._dropped :]
        folded = fold([word.word for word in self._words], language)
        since = _same(self.tokens, folded.tokens)
        self.tokens, self._places = folded.tokens, folded.places
        known = [match for match in self.matches if match.last < since and not match.wanted.pattern]
        before = {match.wanted for match in self.matches}
        found = list(book.find(self.tokens, since))
        self.matches = known + found
        return [match for match in found if match.wanted not in before or not match.wanted.pattern]

    def finish(self) -> None:
        """The utterance is over; the next one begins."""
        self.number += 1
        self.shown, self.matches, self.tokens, self._places, self._words = {}, [], [], [], ()

    def seen(self, match: Match) -> Seen:
        """Where a match stands in the words that were heard."""
        first, last = self._places[match.first][0], self._places[match.last][1]
        words = self._words[first : last + 1]
        return Seen(
            side=self.side,
            utterance=self.number,
            first=first + self._dropped,
            last=last + self._dropped,
            words=tuple(word.word for word in words),
            start=words[0].start,
            end=words[-1].end,
        )


def _same(before: Sequence[str], now: Sequence[str]) -> int:
    """How many tokens at the beginning are the same."""
    for index, (one, other) in enumerate(zip(before, now, strict=False)):
        if one != other:
            return index
    return min(len(before), len(now))

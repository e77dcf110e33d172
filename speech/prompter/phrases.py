"""Finding many phrases in what is being said, word by word: near ones with rapidfuzz, patterns with RE2.

Each phrase waits for its longest word (its anchor). Where something like that word was heard, windows of the text
around it are held against the whole phrase. So a text costs by its new words, not by the number of phrases.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import re2
from rapidfuzz import fuzz, process

from speech.prompter.folding import fold, fold_regex

NEAR = 75  # how like an anchor a word must be, of 100
SHORT = 3  # letters: words up to this long must be the same
OPPOSITE = 90  # how like the rest of a word with "un-" must be to another one
SLACK = 2  # words that may stand between those of a long phrase
LONG = 4  # words of a phrase that may have so much between them
REMEMBERED = 5_000  # words whose anchors are remembered

# A phrase that denies is not the one that affirms, however near.
_DENIALS = {
    "fr": frozenset({"pas", "jamais", "sans", "aucun", "aucune", "rien"}),
    "en": frozenset({"not", "t", "never", "without", "cannot", "nothing"}),
    "de": frozenset({"nicht", "nie", "niemals", "ohne", "kein", "keine", "keinen", "nichts"}),
}
# Nor is "unlocked" locked, or "mécontent" content.
_REVERSING = {
    "fr": ("in", "im", "ir", "il", "de", "des", "me", "mal", "non"),
    "en": ("un", "in", "im", "ir", "il", "dis", "non"),
    "de": ("un", "in", "nicht"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A phrase, or a pattern, to look for; `owner` is given back with each match."""

    text: str
    owner: Hashable
    similarity: int = 85
    pattern: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Where something was found: tokens `first` to `last`."""

    wanted: Wanted
    first: int
    last: int
    score: float = 100.0


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    tokens: tuple[str, ...]
    anchor: int
    similarity: int
    must: frozenset[str]  # figures and denials: a near one would be another thing
    beginnings: tuple[str, ...]
    all_wanted: tuple[Wanted, ...]


class PhraseBook:
    """All that is looked for in one language. It holds no state of a call: calls share it."""

    def __init__(self, wanted: Iterable[Wanted], language: str) -> None:
        every = list(wanted)
        self._denials = _DENIALS.get(language, frozenset())
        self._reversing = _REVERSING.get(language, ())
        self._by_anchor: dict[str, list[_Phrase]] = {}
        self._beginnings: list[tuple[str, _Phrase]] = []
        self._near: dict[str, tuple[_Phrase, ...]] = {}
        self._longest = 0
        for phrase in self._phrases((one for one in every if not one.pattern), language):
            self._longest = max(self._longest, len(phrase.tokens))
            anchor = phrase.tokens[phrase.anchor]
            if anchor.endswith("*"):
                self._beginnings.append((anchor[:-1], phrase))
            else:
                self._by_anchor.setdefault(anchor, []).append(phrase)
        self._anchors = list(self._by_anchor)
        self._patterns = _Patterns([one for one in every if one.pattern])

    def find(self, tokens: Sequence[str], since: int) -> Iterator[Match]:
        """Phrases that hold a token at `since` or after; the best place of each. All patterns, wherever they stand."""
        if since < len(tokens):
            yield from self._found(tokens, since)
        yield from self._patterns.find(tokens)

    def _found(self, tokens: Sequence[str], since: int) -> Iterator[Match]:
        best: dict[int, tuple[float, int, int, _Phrase]] = {}
        for at in range(max(0, since - self._longest - SLACK), len(tokens)):
            candidates = self._anchored(tokens[at])
            if at + 1 < len(tokens):
                candidates = (*candidates, *self._by_anchor.get(tokens[at] + tokens[at + 1], ()))  # "bon jour"
            for phrase in candidates:
                if at + len(phrase.tokens) - phrase.anchor + SLACK < since:
                    continue
                hit = self._fit(phrase, tokens, at, since)
                if hit and hit[0] > best.get(id(phrase), (0.0,))[0]:
                    best[id(phrase)] = (*hit, phrase)
        for score, first, last, phrase in best.values():
            for wanted in phrase.all_wanted:
                yield Match(wanted, first, last, score)

    def _fit(self, phrase: _Phrase, tokens: Sequence[str], at: int, since: int) -> tuple[float, int, int] | None:
        """The best window around a token that is like the phrase's anchor: score, first, last."""
        size, best = len(phrase.tokens), None
        score = float(phrase.similarity) - 0.001
        for length in _lengths(size):
            for first in range(at - phrase.anchor - 1, at - phrase.anchor + 2):
                end = first + length
                if first < 0 or end > len(tokens) or not first <= at < end or end <= since:
                    continue
                window = tokens[first:end]
                if phrase.beginnings:
                    window = [_cut(token, phrase.beginnings) for token in window]
                found = fuzz.ratio(phrase.text, " ".join(window), score_cutoff=score)
                if found > score and self._is_meant(phrase, window):
                    score, best = found, (found, first, end - 1)
        return best

    def _is_meant(self, phrase: _Phrase, window: Sequence[str]) -> bool:
        must = {token for token in window if token in self._denials or token.isdigit()}
        if must != phrase.must:
            return False
        missing = [token for token in phrase.tokens if token not in window]
        strange = [token for token in window if token not in phrase.tokens]
        return not any(self._are_opposites(one, other) for one in missing for other in strange)

    def _are_opposites(self, one: str, other: str) -> bool:
        long, short = (one, other) if len(one) > len(other) else (other, one)
        return any(
            long.startswith(prefix) and fuzz.ratio(long[len(prefix) :], short) > OPPOSITE for prefix in self._reversing
        )

    def _anchored(self, token: str) -> tuple[_Phrase, ...]:
        """The phrases whose anchor is like a token."""
        known = self._near.get(token)
        if known is None:
            if len(self._near) >= REMEMBERED:
                self._near.clear()
            known = self._near[token] = tuple(self._look_up(token))
        return known

    def _look_up(self, token: str) -> Iterator[_Phrase]:
        if len(token) <= SHORT or token.isdigit():
            yield from self._by_anchor.get(token, ())
        else:
            for anchor, _, _ in process.extract(
                token, self._anchors, scorer=fuzz.ratio, processor=None, score_cutoff=NEAR, limit=None
            ):
                if len(anchor) > SHORT and not anchor.isdigit():
                    yield from self._by_anchor[anchor]
        yield from (phrase for beginning, phrase in self._beginnings if token.startswith(beginning))

    def _phrases(self, wanted: Iterable[Wanted], language: str) -> Iterator[_Phrase]:
        """Each different phrase once, with all who want it."""
        same: dict[tuple[tuple[str, ...], int], list[Wanted]] = {}
        for one in wanted:
            tokens = _tokens(one.text, language)
            if tokens:
                same.setdefault((tokens, one.similarity), []).append(one)
        for (tokens, similarity), who in same.items():
            bare = [token.rstrip("*") for token in tokens]
            anchor = max(range(len(tokens)), key=lambda index: (len(bare[index]), -index))
            must = frozenset(token for token in tokens if token in self._denials or token.isdigit())
            beginnings = tuple(token[:-1] for token in tokens if token.endswith("*"))
            yield _Phrase(" ".join(bare), tokens, anchor, similarity, must, beginnings, tuple(who))


def _tokens(text: str, language: str) -> tuple[str, ...]:
    """A phrase's tokens; those that are only beginnings keep their `*`."""
    words = text.split()
    folded = fold(words, language)
    starred = {place for place, word in enumerate(words) if word.endswith("*")}
    ends = {last: index for index, (_, last) in enumerate(folded.places)}
    marked = {ends[place] for place in starred if place in ends}
    return tuple(f"{token}*" if index in marked else token for index, token in enumerate(folded.tokens))


def _lengths(size: int) -> tuple[int, ...]:
    """How many words a window may have; what fits with fewer strange ones is tried first."""
    if size == 1:
        return 1, 2
    return tuple(range(size, size + SLACK + 1 if size >= LONG else size + 2)) + ((size - 1,) if size > 2 else ())


def _cut(token: str, beginnings: Sequence[str]) -> str:
    return next((one for one in beginnings if token.startswith(one)), token)


class _Patterns:
    """Regular expressions over folded text: which ones fit is asked of all at once."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = False
        self._set = re2.Set.SearchSet(options)
        self._each = []
        for one in wanted:
            pattern = fold_regex(one.text)
            try:
                self._each.append((one, re2.compile(pattern, options)))
                self._set.Add(pattern)
            except re2.error:  # folded to what is none any more; Rules.load says so
                continue
        if self._each:
            self._set.Compile()

    def find(self, tokens: Sequence[str]) -> Iterator[Match]:
        if not self._each or not tokens:
            return
        text = " ".join(tokens)
        for index in sorted(self._set.Match(text) or ()):
            one, pattern = self._each[index]
            found = pattern.search(text)
            if found and found.end() > found.start():
                first = text.count(" ", 0, found.start() + (text[found.start()] == " "))
                last = text.count(" ", 0, max(found.start() + 1, found.end() - (text[found.end() - 1] == " ")))
                yield Match(one, first, max(first, last))

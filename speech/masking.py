"""What may not be kept of a transcript: card numbers, also spoken ones, security codes, and a subscriber's patterns.

Masked words keep their times. Pure. `Masker` holds an utterance back while a number may still go on in the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

import re2

from speech.prompter import numbers
from speech.prompter.folding import fold_regex, pieces
from speech.prompter.heard import Word

MASK = "•••"
SHORTEST, LONGEST = 13, 19  # digits of a card number
SURE = 16  # so many digits in a row are masked though their check digit is wrong: one digit is easily misheard
TELLING = 4  # digits that may be hidden while they may go on
MOST_HELD = 8  # utterances that wait for a number to end
LONGEST_WAIT = 30.0  # seconds after which a number does not go on

# Between the groups of a number people say these.
_SAID_BETWEEN = (
    "euh heu hum ben alors et puis ensuite apres voila oui ok donc um uh er and then so yes okay und dann ah ja also"
)
_FILLERS = frozenset(_SAID_BETWEEN.split())
_TIMES = {"double": 2, "triple": 3, "doppel": 2}
_ZEROS = {"en": frozenset({"oh", "o"}), "de": frozenset(), "fr": frozenset({"o"})}
_CODE_NAMED = (
    r"\b(?:cryptogramme|cvv|cvc|cvv ?2|code de securite|security code|prufnummer|prufziffer|kartenprufnummer)\b"
    r"(?: [a-z]+){0,8} "
)
_CODES = _CODE_NAMED + r"(\d(?: ?\d){2,3})\b"
_CODE_BEGUN = _CODE_NAMED + r"(\d(?: ?\d){0,3})$"


@dataclass(frozen=True, slots=True)
class _Digits:
    """A token of a text: its digits ("" for a word that is none) and the words that it comes from."""

    text: str
    digits: str
    first: int
    last: int


def mask(words: Sequence[Word], language: str = "", patterns: Sequence[str] = ()) -> list[Word]:
    """The words of one side, those that may not be kept as `•••`.

    Regular expressions (RE2) are held against the text as it stands, and folded (small letters, no accents, number
    words as digits, digits that follow each other put together). Where one has groups, these alone are masked.
    """
    hidden = {place for place, _ in _hidden([word.word for word in words], language, tuple(patterns))}
    return [replace(word, word=MASK) if index in hidden else word for index, word in enumerate(words)]


def mask_text(text: str, language: str = "", patterns: Sequence[str] = ()) -> str:
    """A text with what may not be kept masked."""
    return " ".join(word.word for word in mask([Word(word, 0, 0) for word in text.split()], language, patterns))


class Masker:
    """One side of one call. Utterances go in as they become final; what comes out may be stored."""

    def __init__(self, language: str = "", patterns: Sequence[str] = ()) -> None:
        self._language = language
        self._patterns = tuple(patterns)
        self._held: list[list[Word]] = []

    def put(self, words: Sequence[Word]) -> list[list[Word]]:
        """Take an utterance; give those that are complete, masked. One that ends in digits waits for the next."""
        ready = self.flush() if self._held and words and words[0].start - self._held[-1][-1].end > LONGEST_WAIT else []
        if not words:
            return ready
        self._held.append(list(words))
        if len(self._held) < MOST_HELD and _is_open([word.word for word in words], self._language):
            return ready
        return ready + self.flush()

    def so_far(self, words: Sequence[Word], final: bool = True) -> tuple[list[Word], list[Word]]:
        """An utterance after what is held back: what is known to be none of what may not be kept, and what may be
        shown, where digits that may be part of such a number are hidden too.

        Those at the end may go on; in what is not `final` any other word may turn out to be a digit as well.
        """
        before = [word for held in self._held for word in held]
        texts = [word.word for word in (*before, *words)]
        hidden = {place for place, _ in _hidden(texts, self._language, self._patterns)}
        hushed = hidden | set(_begun(texts, self._language, final))
        return self._masked(words, hidden, len(before)), self._masked(words, hushed, len(before))

    @staticmethod
    def _masked(words: Sequence[Word], hidden: set[int], first: int) -> list[Word]:
        return [replace(word, word=MASK) if at + first in hidden else word for at, word in enumerate(words)]

    def flush(self) -> list[list[Word]]:
        """Everything that was held back, masked: the call is over."""
        masked = iter(mask([word for words in self._held for word in words], self._language, self._patterns))
        ready = [[next(masked) for _ in words] for words in self._held]
        self._held = []
        return ready


def _hidden(words: Sequence[str], language: str, patterns: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The places of the words to mask, each with why."""
    for joined in (True, False):
        tokens = _tokens(words, language, joined)
        for place in _cards(tokens) if joined else _pairs(tokens):
            yield place, "card"
        view = _folded_view(tokens)
        for place in _matched(view, (_CODES, *(fold_regex(pattern) for pattern in patterns))):
            yield place, "pattern"
    yield from ((place, "pattern") for place in _matched(_plain_view(words), patterns))


def _tokens(words: Sequence[str], language: str, joined: bool) -> list[_Digits]:
    """The folded tokens with their digits: number words `joined` to numbers, or each by itself."""
    bare, places = [], []
    for place, word in enumerate(words):
        for piece in pieces(word):
            bare.append(piece)
            places.append(place)
    known = _all_values(language)
    read: Iterable[tuple[str, int, int]] = ((text, at, at) for at, text in enumerate(bare))
    if joined and language:
        read = numbers.read(bare, language)
    found: list[_Digits] = []
    times = 1
    for text, first, last in read:
        digits = _digits(text, known, language)
        if digits and times > 1 and len(digits) == 1:
            digits *= times
        times = _TIMES.get(text, 1)
        found.append(_Digits(text, digits, places[first], places[last]))
    return found


def _digits(text: str, known: dict[str, int], language: str) -> str:
    if text.isdecimal():
        return "".join(str(int(char)) for char in text)
    if text in known:
        return str(known[text])
    return "0" if text in _ZEROS.get(language, ()) else ""


@lru_cache(maxsize=8)
def _all_values(language: str) -> dict[str, int]:
    """The number words of a language; of every language when it is not known: better too much is masked."""
    if language in ("fr", "en", "de"):
        return numbers.values(language)
    return {**numbers.values("de"), **numbers.values("fr"), **numbers.values("en")}


def _cards(tokens: Sequence[_Digits]) -> Iterator[int]:
    """The words of every run of digits that may be a card's number."""
    for run in _runs(tokens):
        if sum(len(token.digits) for token in run) >= SURE:
            yield from _words_of(run)
            continue
        for first in range(len(run)):
            digits = ""
            for last in range(first, len(run)):
                digits += run[last].digits
                if len(digits) > LONGEST:
                    break
                if len(digits) >= SHORTEST and _luhn(digits):
                    yield from _words_of(run[first : last + 1])


def _pairs(tokens: Sequence[_Digits]) -> Iterator[int]:
    """The words of a card's number in groups that are also one greater number: sixty, ten for 60 10, not 70."""
    for run in _runs(tokens):
        digits = "".join(token.digits for token in run)
        if len(digits) in (SURE - 1, SURE) and _luhn(digits):
            yield from _words_of(run)


def _runs(tokens: Sequence[_Digits]) -> Iterator[list[_Digits]]:
    """Tokens with digits that follow each other, whatever people mumble in between."""
    run: list[_Digits] = []
    for token in tokens:
        if token.digits:
            run.append(token)
        elif token.text not in _FILLERS and token.text not in _TIMES:
            if run:
                yield run
            run = []
    if run:
        yield run


def _words_of(run: Iterable[_Digits]) -> Iterator[int]:
    for token in run:
        yield from range(token.first, token.last + 1)


def _luhn(digits: str) -> bool:
    total = 0
    for index, char in enumerate(reversed(digits)):
        value = int(char) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and any(char != "0" for char in digits)


def _begun(words: Sequence[str], language: str, final: bool) -> Iterator[int]:
    """The words of digits that may go on: where they are many, or may be a security code."""
    for joined in (True, False):
        tokens = _tokens(words, language, joined)
        while tokens and tokens[-1].text in _FILLERS:
            tokens.pop()
        for run in _runs(tokens):
            goes_on = not final or run[-1] is tokens[-1]
            if goes_on and sum(len(token.digits) for token in run) >= TELLING:
                yield from _words_of(run)
        yield from _matched(_folded_view(tokens), (_CODE_BEGUN,))


def _is_open(words: Sequence[str], language: str) -> bool:
    """Whether an utterance ends in digits, or says nothing but what stands between digits."""
    tokens = [token for token in _tokens(words, language, joined=True) if token.text not in _FILLERS]
    return not tokens or bool(tokens[-1].digits)


View = tuple[str, list[int]]  # a text, and the word that each of its characters belongs to


def _folded_view(tokens: Sequence[_Digits]) -> View:
    """The folded text; digits that follow each other have no space between them."""
    text, owners, before = "", [], False
    for token in tokens:
        part = token.digits or token.text
        if text and not (before and token.digits):
            text += " "
            owners.append(token.first)
        text += part
        owners += [token.last if index else token.first for index in range(len(part))]
        before = bool(token.digits)
    return text, owners


def _plain_view(words: Sequence[str]) -> View:
    storable = [word.encode("utf-8", "replace").decode() for word in words]
    owners = [index for index, word in enumerate(storable) for _ in range(len(word) + 1)]
    return " ".join(storable), owners


def _matched(view: View, patterns: Iterable[str]) -> Iterator[int]:
    text, owners = view
    for pattern in patterns:
        compiled = _compiled(pattern)
        for found in compiled.finditer(text) if compiled else ():
            groups = range(1, compiled.groups + 1) if compiled.groups else (0,)
            for group in groups:
                start, end = found.span(group)
                if start >= 0 and end > start:
                    yield from range(owners[start], owners[end - 1] + 1)


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> Any:
    """A pattern ready; None for what is none, which a subscriber's document does not hold."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


class Timed(Protocol):
    """A word as a recogniser tells it."""

    @property
    def word(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


def kept(told: Iterable[Timed], language: str, patterns: Sequence[str]) -> dict[str, Any]:
    """What may be kept of a whole message: {"text", "words": [[word, start, end], ...]}."""
    words = mask([Word(one.word, one.start, one.end) for one in told], language, patterns)
    return {
        "text": " ".join(one.word for one in words),
        "words": [[one.word, one.start, one.end] for one in words],
    }

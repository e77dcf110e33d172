"""Number words, by text2num, and the little words around a value that say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from text_to_num import alpha2digit

from controller.flow.understanding.words import UNKNOWN, bare, spoken, words

LANGUAGES = frozenset({"fr", "en", "de", "es", "it", "nl", "pt"})
LONGEST_CHUNK = 8  # words of one number inside a string of digits

_LITTLE = {
    "fr": "c' est ce sera le la les l' mon ma mes de du des d' numéro code euh heu ben bah bon alors donc voilà pour "
    "s' il vous te plaît merci je dirais j' ai dis environ exactement vers à au bonjour sur en oh",
    "en": "it's it is the my of number code is um uh er well so please thanks thank you for i'd say about exactly at "
    "on around hello that's that would be i have",
    "de": "das ist die der den dem meine mein nummer äh ähm also bitte danke für ich sage etwa genau am um im es "
    "wäre sind hallo",
}
LITTLE = {language: frozenset(words(told)) for language, told in _LITTLE.items()}

VOCABULARY = {
    "fr": "zéro un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt "
    "vingts trente quarante cinquante soixante septante octante nonante cent cents mille million millions et",
    "en": "zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million and",
    "de": "null eins ein eine zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert "
    "tausend million millionen und",
}


def tokens(text: str, language: str) -> list[str]:
    """The words of a text without the little ones, and without what was not understood, at both ends."""
    little = LITTLE.get(language, frozenset()) | {""}
    found = spoken(text).split()

    def says_nothing(word: str) -> bool:
        return word == UNKNOWN or bare(word) in little

    while found and says_nothing(found[0]):
        found.pop(0)
    while found and says_nothing(found[-1]):
        found.pop()
    return found


def vocabulary(language: str) -> tuple[str, ...]:
    """The words of numbers, for a recogniser; none for a language without: it then hears freely."""
    return tuple(VOCABULARY.get(language, "").split())


def group(chunk: Iterable[str], language: str) -> str:
    """Read words that are one number as its digits; "" when they are none, or more than one."""
    return _group(" ".join(chunk), language)


@lru_cache(maxsize=8192)
def _group(chunk: str, language: str) -> str:
    if chunk.isascii() and chunk.isdecimal():
        return chunk
    if language not in LANGUAGES:
        return ""
    if language == "fr":
        chunk = " ".join("zéro" if word == "zero" else word for word in chunk.split())
    if language == "en":
        chunk = " ".join("zero" if word in ("oh", "o") else word for word in chunk.split())
        chunk = f"one {chunk[2:]}" if chunk.startswith("a ") else chunk
    written = str(alpha2digit(chunk, language, 0.0))
    if not (written.isascii() and written.isdecimal()):
        return ""
    return "" if written.startswith("0") and " " in chunk else written


def segmentations(said: list[str], language: str, most: int) -> Iterator[tuple[str, ...]]:
    """List the ways in which words are a string of numbers, of at most so many digits together."""
    if not said:
        yield ()
    for length in range(min(len(said), LONGEST_CHUNK), 0, -1):
        first = group(said[:length], language)
        if first and len(first) <= most:
            for rest in segmentations(said[length:], language, most - len(first)):
                yield (first, *rest)

"""choice: which of several things was meant, by the phrases that stand for each. Fuzzy, and never one of two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio

from controller.flow.understanding.words import UNKNOWN, words

THRESHOLD = 0.75
ALIKE = 82.0  # how alike two words must be to be one word misheard, of 100
CLOSE = 0.08  # two choices whose scores differ by less cannot be told apart

LITTLE = frozenset(
    words(
        "le la les l' un une des de du d' au aux à et ou je j' me m' moi mon ma mes pour sur dans en par "
        "que qui avec s' il te vous plaît veux voudrais aimerais souhaite c' est the an to of for "
        "on in about my i want would like please with and or it s is this that der die das den dem ein eine einen zu "
        "zum zur auf über in ich möchte will bitte mit und oder"
    )
)
NOT = frozenset(words("pas ni sans sauf plus jamais not don't without except never nicht kein keine keinen ohne"))


@dataclass(frozen=True)
class Scored:
    """How well an option fits what was said, from 0 to 1."""

    score: float
    name: str


def read(text: str, language: str, options: Mapping[str, Iterable[str]], threshold: float = THRESHOLD) -> str | None:
    """Name the option meant; None when no phrase comes near, when two do, or when one is said not to be meant."""
    del language  # phrases of several languages may stand side by side
    scores = ranked(text, options)[:2]
    if not scores or scores[0].score < threshold:
        return None
    return scores[0].name if len(scores) == 1 or scores[0].score - scores[1].score >= CLOSE else None


def ranked(text: str, options: Mapping[str, Iterable[str]]) -> list[Scored]:
    """Score every option, the best first."""
    said = words(text.replace(UNKNOWN, " "))
    phrases = {name: [tuple(words(phrase)) for phrase in told] for name, told in options.items()}
    exact = [name for name, told in phrases.items() if tuple(said) in told]
    if len(exact) == 1:
        return [Scored(1.0, exact[0])]
    possible = {name: [phrase for phrase in told if phrase and not (NOT & set(said)) - set(phrase)]
                for name, told in phrases.items()}  # fmt: skip
    telling = {name: [_telling(phrase) for phrase in told] for name, told in possible.items()}
    common = _common(telling)
    explained = _explained(said, telling)
    scores = [Scored(explained[name] * (1 + _covered(said, told, common)) / 2, name) for name, told in telling.items()]
    return sorted(scores, key=lambda one: -one.score)


def _telling(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a phrase that say something."""
    return tuple(word for word in phrase if word not in LITTLE) or phrase


def _common(telling: Mapping[str, list[tuple[str, ...]]]) -> dict[str, int]:
    """In how many options each word stands: a word of all of them tells little."""
    found: dict[str, int] = {}
    for told in telling.values():
        for word in {word for phrase in told for word in phrase}:
            found[word] = found.get(word, 0) + 1
    return found


def _explained(said: list[str], telling: Mapping[str, list[tuple[str, ...]]]) -> dict[str, float]:
    """How much of what was said, as far as any option knows it, each option explains."""
    known = {name: {word for phrase in told for word in phrase} for name, told in telling.items()}
    explained = dict.fromkeys(known, 0.0)
    whole = 0.0
    for heard in dict.fromkeys(said):
        alike = {name: max((_alike(word, heard) for word in told), default=0.0) for name, told in known.items()}
        options = sum(part > 0 for part in alike.values())
        if options:
            weight = 1 / options**2
            whole += weight
            for name, part in alike.items():
                explained[name] += weight * part
    return {name: part / whole if whole else 0.0 for name, part in explained.items()}


def _covered(said: list[str], telling: list[tuple[str, ...]], common: Mapping[str, int]) -> float:
    """How much of its best phrase was said."""

    def part(phrase: tuple[str, ...]) -> float:
        weights = [1 / common[word] ** 2 for word in phrase]
        alike = [max((_alike(word, heard) for heard in said), default=0.0) for word in phrase]
        return sum(weight * one for weight, one in zip(weights, alike, strict=True)) / sum(weights)

    return max(map(part, telling), default=0.0)


def _alike(word: str, other: str) -> float:
    if word == other:
        return 1.0
    alike = ratio(word, other)
    return alike / 100 if alike >= ALIKE and min(len(word), len(other)) > 3 else 0.0

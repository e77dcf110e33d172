"""choice: which of several things was meant, by the phrases that stand for each. Fuzzy, and never one of two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio

from controller.flow.understanding.words import UNKNOWN, words

THRESHOLD = 0.75
ALIKE = 82.0  # how alike two words must be to be one word misheard, of 100
CLOSE = 0.08  # two choices whose scores differ by less cannot be told apart

LITTLE = frozenset(
    words(
        "le la les l' un une des de du d' au aux à et ou je j' me m' moi mon ma mes pour avec s' il te vous plaît veux "
        "voudrais aimerais souhaite c' est the an to of for my i want would like please with and or it s is this that "
        "der die das den dem ein eine einen zu zum zur ich möchte will bitte mit und oder"
    )
)
NOT = frozenset(words("pas ni sans sauf plus jamais not don't without except never nicht kein keine keinen ohne"))


@dataclass(frozen=True)
class Scored:
    """How well an option fits, from 0 to a little over 1 (a phrase said whole), and by which of the words said."""

    score: float
    by: frozenset[str]
    name: str = ""


def read(text: str, language: str, options: Mapping[str, Iterable[str]], threshold: float = THRESHOLD) -> str | None:
    """Name the option meant; None when no phrase comes near, when two do, or when one is said not to be meant."""
    scores = [scored for scored in ranked(text, options) if scored.score >= threshold]
    if not scores or any(_rivals(scores[0], other) for other in scores[1:]):
        return None
    return scores[0].name


def _rivals(best: Scored, other: Scored) -> bool:
    """Whether two options cannot be told apart: "service" inside "service department" is no rival."""
    if other.by == best.by:
        return best.score - other.score < CLOSE
    return not other.by < best.by


def ranked(text: str, options: Mapping[str, Iterable[str]]) -> list[Scored]:
    """Score every option, the best first."""
    said = words(text.replace(UNKNOWN, " "))
    phrases = {name: [tuple(words(phrase)) for phrase in told] for name, told in options.items()}
    exact = [name for name, told in phrases.items() if tuple(said) in told]
    if len(exact) == 1:
        return [Scored(1.0, frozenset(said), exact[0])]
    common = _common(phrases)
    scores = [replace(_best(said, told, common), name=name) for name, told in phrases.items()] if said else []
    return sorted(scores, key=lambda one: -one.score)


def _best(said: list[str], phrases: Iterable[tuple[str, ...]], common: Mapping[str, int]) -> Scored:
    found = (_score(said, phrase, common) for phrase in phrases)
    return max(found, key=lambda one: (one.score, len(one.by)), default=Scored(0.0, frozenset()))


def _common(phrases: Mapping[str, list[tuple[str, ...]]]) -> dict[str, int]:
    """In how many options each word stands: a word of all of them tells nothing."""
    found: dict[str, int] = {}
    for told in phrases.values():
        for word in {word for phrase in told for word in phrase}:
            found[word] = found.get(word, 0) + 1
    return found


def _score(said: list[str], phrase: tuple[str, ...], common: Mapping[str, int]) -> Scored:
    """How much of a phrase was said; what the caller says besides costs nothing, a “not” all."""
    if not phrase or (NOT & set(said)) - set(phrase):
        return Scored(0.0, frozenset())
    telling = [word for word in phrase if word not in LITTLE] or list(phrase)
    weights = [1.0 / common[word] ** 2 for word in telling]
    found = [max((_alike(word, other), other) for other in said) for word in telling]
    covered = sum(weight * part for weight, (part, _) in zip(weights, found, strict=True)) / sum(weights)
    # A long phrase that is said whole is meant rather than a shorter one.
    bonus = 0.05 * min(len(telling), 5) if f" {' '.join(phrase)} " in f" {' '.join(said)} " else 0.0
    return Scored(covered + bonus, frozenset(other for part, other in found if part))


def _alike(word: str, other: str) -> float:
    if word == other:
        return 1.0
    alike = ratio(word, other)
    return alike / 100 if alike >= ALIKE and min(len(word), len(other)) > 3 else 0.0

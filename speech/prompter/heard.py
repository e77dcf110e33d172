"""What the prompter takes and what it gives. Times are float seconds on one clock: since the call's `started`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

SIDES = ("customer", "agent")


@dataclass(frozen=True, slots=True)
class Word:
    """One word that was heard, and when it was said."""

    word: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance of one side: as it is understood so far, or (`final`) for good.

    `at` is when it became known. Without `words` the text is split at its spaces, and its times are `at`. `language`
    is the side's; "" is the first of the prompter's.
    """

    side: str
    text: str
    words: tuple[Word, ...] = ()
    final: bool = True
    at: float = 0.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to the call.

    `kind` and its values: answer, hold, unhold, end, key {key}, node {node}, queue {queue}, called {number},
    caller {number}, direction {direction}, attribute {name, value}, transfer {to}; voice {side} and quiet {side}, when
    sound begins and ends; ticked {checklist, step}, by the agent's hand. Others are let pass.
    """

    kind: str
    at: float
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where words stand: `first` to `last` are places in the words of a side's utterance, counted from 0."""

    side: str
    utterance: int
    first: int
    last: int
    words: tuple[str, ...]
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why a card was shown: the kind of its trigger, what fitted (a phrase, an event's value), where, how much."""

    kind: str
    fitted: str = ""
    seen: Seen | None = None
    seconds: float = 0.0
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class Card:
    """A hint card. `id` counts within the call; `links` are (title, https address)."""

    id: int
    rule: str
    title: str
    text: str
    links: tuple[tuple[str, str], ...]
    category: str
    priority: int
    audience: str
    at: float
    why: Why


@dataclass(frozen=True, slots=True)
class Tick:
    """A step of a checklist was done. `adherence` is the checklist's, 0 to 1. `seen` is None when it was by hand."""

    checklist: str
    step: str
    at: float
    in_order: bool
    adherence: float
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The final words do not hold what a card was shown for. The card stays; this is only told.

    `reason` is misheard, or unless: words that keep the rule from firing came later in the utterance.
    """

    card: int
    rule: str
    reason: Literal["misheard", "unless"]
    text: str
    at: float


Told = Card | Tick | Withdrawn

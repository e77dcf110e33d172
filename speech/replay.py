"""Rules held against calls of the past: how often they would have fired, and where. Pure, like the prompter.

What was kept are finals, with the times of their words. Live, partials are heard too: a card comes sooner then, and now
and then one for words that turned out to be others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from speech.prompter.heard import SIDES, Card, Happened, Said, Told, Word
from speech.prompter.progress import Standing
from speech.prompter.prompter import Prompter
from speech.prompter.rules import Checklists, Rules

STEP = 0.5  # seconds between the ticks of a replay
LONGEST_GAP = 900.0  # seconds of nothing that are ticked through
MOST_HITS = 500  # that are shown; all are counted


class Kept(Protocol):
    """A call as it is kept: `conf.prompter.transcripts.Kept` is one."""

    @property
    def call(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def languages(self) -> Mapping[str, str]: ...
    @property
    def customer(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def agent(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def events(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class Hit:
    """A card that a rule would have shown in a call."""

    call: str
    started_at: datetime
    card: Card


@dataclass(frozen=True)
class Replayed:
    """`fired` times in `hit_calls` of `calls`; the first of them are in `hits`. `by_rule` counts each rule's.

    `standings` are how the checklists ended, by call.
    """

    calls: int
    hit_calls: int
    fired: int
    by_rule: Mapping[str, int]
    hits: tuple[Hit, ...]
    standings: Mapping[str, tuple[Standing, ...]]


def replay(rules: Rules, past: Iterable[Kept], checklists: Checklists | None = None, *, budget: int = 1000) -> Replayed:
    """Play every call to a prompter with these rules, as if they had always been active and valid.

    With the budget of the subscriber's policy it is seen which cards would have crowded out others.
    """
    always, lists = _always(rules), checklists or Checklists.load([])
    ticks = _needs_time(always)
    hits: list[Hit] = []
    by_rule: dict[str, int] = {rule.name: 0 for rule in always.rules}
    standings: dict[str, tuple[Standing, ...]] = {}
    calls = hit_calls = 0
    for kept in past:
        calls += 1
        prompter = _prompter(always, lists, kept, budget)
        cards = [told for told in _played(prompter, kept, ticks) if isinstance(told, Card)]
        hit_calls += bool(cards)
        for card in cards:
            by_rule[card.rule] += 1
            if len(hits) < MOST_HITS:
                hits.append(Hit(kept.call, kept.started_at, card))
        if lists.checklists:
            standings[kept.call] = tuple(prompter.standing())
    return Replayed(calls, hit_calls, sum(by_rule.values()), by_rule, tuple(hits), standings)


def precision(used: int, wrong: int) -> float | None:
    """The share of a rule's judged cards that were used; None while nobody judged any."""
    return used / (used + wrong) if used + wrong else None


def said(side: str, utterance: Mapping[str, Any], language: str = "") -> Said:
    """A kept utterance ({text, start, end, words}) as the prompter heard it: when it was over."""
    words = tuple(Word(str(word), float(start), float(end)) for word, start, end in utterance.get("words", ()))
    end = utterance.get("end", words[-1].end if words else 0.0)
    return Said(side, str(utterance.get("text", "")), words, True, float(end), language)


def happened(event: Mapping[str, Any]) -> Happened:
    """A kept event ({kind, at, values}) as it happened."""
    return Happened(str(event.get("kind", "")), float(event.get("at", 0.0)), event.get("values") or {})


def kept_utterance(one: Said) -> dict[str, Any]:
    """A final as it is kept, of words that are masked already."""
    start = one.words[0].start if one.words else one.at
    end = one.words[-1].end if one.words else one.at
    words = [[word.word, round(word.start, 2), round(word.end, 2)] for word in one.words]
    return {"text": " ".join(word.word for word in one.words) or one.text, "start": start, "end": end, "words": words}


def kept_event(one: Happened) -> dict[str, Any]:
    """An event as it is kept."""
    return {"kind": one.kind, "at": one.at, "values": dict(one.values)}


def _prompter(rules: Rules, checklists: Checklists, kept: Kept, budget: int) -> Prompter:
    languages = dict.fromkeys(kept.languages.get(side, "") for side in reversed(SIDES))
    spoken = [language for language in languages if language] or ["en"]
    return Prompter(rules, checklists, languages=spoken, started=kept.started_at, budget=budget)


def _played(prompter: Prompter, kept: Kept, ticks: bool) -> Iterator[Told]:
    now = 0.0
    for at, one in _inputs(kept):
        while ticks and now + STEP < at and at - now < LONGEST_GAP:
            now += STEP
            yield from prompter.tick(now)
        now = max(now, at)
        yield from prompter.hear(one) if isinstance(one, Said) else prompter.event(one)


def _inputs(kept: Kept) -> list[tuple[float, Said | Happened]]:
    """All that was said and happened, in order of time; events before words of the same moment."""
    found: list[tuple[float, Said | Happened]] = [(one.at, one) for one in map(happened, kept.events)]
    for side in SIDES:
        utterances = (said(side, one, kept.languages.get(side, "")) for one in getattr(kept, side))
        found += [(one.at, one) for one in utterances]
    return sorted(found, key=lambda item: item[0])


def _always(rules: Rules) -> Rules:
    lifted = {"active": True, "from_": "", "until": ""}
    return Rules(tuple(replace(rule, doc=rule.doc.model_copy(update=lifted)) for rule in rules.rules))


def _needs_time(rules: Rules) -> bool:
    """Whether some rule fires by the clock alone."""
    return any(rule.kind not in ("said", "event") or _held(rule.doc.when) for rule in rules.rules)


def _held(when: Any) -> bool:
    return when.event is not None and when.event.longer is not None

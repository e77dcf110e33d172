"""A rule replayed on past calls: how often it would have fired, in which, and where."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from speech.hints import Checklists, Happened, Rules, Said
from speech.replay import kept_event, kept_utterance, precision, replay
from tests.speech.prompter.calls import rule, words
from tests.speech.prompter.test_prompter import CHECKLIST

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def call(name: str, *said: tuple[str, float, str], events: tuple[Happened, ...] = ()) -> Any:
    """A kept call: (side, when it began, text) of each utterance."""
    sides: dict[str, list[dict[str, Any]]] = {"customer": [], "agent": []}
    for side, at, text in said:
        spoken = words(text, at)
        sides[side].append(kept_utterance(Said(side, text, spoken, True, spoken[-1].end)))
    languages = {"customer": "fr", "agent": "fr"}
    return SimpleNamespace(
        call=name, started_at=NOW, languages=languages, events=[kept_event(one) for one in events], **sides
    )


PAST = [
    call("a", ("agent", 1, "bonjour"), ("customer", 3, "je voudrais un remboursement s'il vous plaît")),
    call("b", ("customer", 2, "je viens pour le remboursement"), ("customer", 90, "alors ce remboursement")),
    call("c", ("customer", 2, "une baguette"), ("agent", 4, "bonne journée"), events=(Happened("answer", 0.5),)),
]


def test_a_rule_tells_where_it_would_have_fired() -> None:
    refund = rule("refund", said="remboursement", active=False, **{"from": "2030-01-01"})
    done = replay(Rules.load([refund]), PAST)
    assert (done.calls, done.hit_calls, done.fired) == (3, 2, 3)
    assert done.by_rule == {"refund": 3}
    assert [(hit.call, hit.card.why.seen.words if hit.card.why.seen else ()) for hit in done.hits] == [
        ("a", ("remboursement",)),
        ("b", ("remboursement",)),
        ("b", ("remboursement",)),
    ]
    seen = done.hits[2].card.why.seen
    assert seen is not None
    assert (seen.side, seen.utterance, seen.first) == ("customer", 1, 2)


def test_time_passes_in_a_replay() -> None:
    greet = rule("greet", when={"absent": {"by": "agent", "phrases": {"fr": ["bonjour"]}, "within": 2}})
    quiet = rule("quiet", when={"silence": {"longer": 60}})
    done = replay(Rules.load([greet, quiet]), PAST)
    fired = [(hit.call, hit.card.rule, round(hit.card.at, 1)) for hit in done.hits]
    assert fired == [("b", "quiet", 63.9), ("c", "greet", 3.7)]


def test_checklists_are_replayed_too() -> None:
    done = replay(Rules.load([]), PAST, Checklists.load([CHECKLIST]))
    assert {name: standing.adherence for name, (standing,) in done.standings.items()} == {"a": 0.25, "b": 0, "c": 0.25}


def test_precision_counts_what_was_judged() -> None:
    assert precision(3, 1) == 0.75
    assert precision(0, 0) is None

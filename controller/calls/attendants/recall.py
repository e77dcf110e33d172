"""What the database has of a call that another controller listened to: best effort, so that its page is whole again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from conf.database import scoped
from conf.prompter import shown, transcripts
from controller.calls.attendants.calls import card_document
from speech.hints import Rules, Seen, Why, compose


@dataclass(frozen=True)
class Kept:
    """A card that was shown before."""

    card: int
    rule: str
    audience: str
    at: float  # epoch seconds
    offset: float
    why: Mapping[str, Any]
    misheard: bool


@dataclass(frozen=True)
class Recalled:
    """What was said by side, the cards, and what a robot had told."""

    said: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    cards: tuple[Kept, ...] = ()
    handed_over: Mapping[str, Any] | None = None


def recall(engine: Engine, subscriber: int, call: str) -> Recalled:
    """Read it; for a thread. What is sealed for the subscriber alone stays away. Errors: SQLAlchemyError."""
    with scoped(engine, subscriber, read_only=True) as session:
        cards = [
            Kept(row.card, row.rule, row.audience, row.at.timestamp(), row.offset, why, row.misheard)
            for row in shown.of_call(session, subscriber, call)
            if (why := shown.why(row)) is not None
        ]
        try:
            kept = transcripts.read(session, subscriber, call)
        except LookupError:
            return Recalled({}, tuple(cards))
    told = [event["values"] for event in kept.events if event.get("kind") == "handed_over"]
    return Recalled({"customer": kept.customer, "agent": kept.agent}, tuple(cards), told[-1] if told else None)


def cards_again(
    call: str, cards: Iterable[Kept], rules: Rules, languages: Sequence[str], facts: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The documents of cards that were shown before, of rules as they are now: key, document, audience."""
    known = {rule.name: rule for rule in rules.rules}
    for kept in cards:
        if (rule := known.get(kept.rule)) is None:
            continue
        card = compose(rule.doc, kept.card, _why(kept.why), kept.offset, languages, facts)
        document = card_document(call, card, rule.etag, kept.at, kept.why)
        yield f"card:{kept.card}", document, kept.audience
        if kept.misheard:
            told = {"type": "withdrawn", "call": call, "card": kept.card, "reason": "misheard", "text": ""}
            yield f"withdrawn:{kept.card}", told, kept.audience


def _why(told: Mapping[str, Any]) -> Why:
    seen = told.get("seen")
    words = Seen(seen["side"], 0, seen["first"], seen["last"], tuple(seen["words"]), seen["start"], seen["end"])\
        if seen else None  # fmt: skip
    return Why(told.get("kind", ""), told.get("fitted", ""), words, told.get("seconds", 0.0), told.get("rate", 0.0))

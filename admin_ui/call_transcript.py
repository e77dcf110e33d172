"""What was said in a call, side beside side, with the prompter's cards where they were shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from admin_ui import prompter_words as words
from conf.models import Document
from conf.prompter import editing, shown, transcripts
from conf.prompter.transcripts import SIDES, Kept

EVENTS = ("answer", "hold", "unhold", "transfer")  # that a reader wants to know between the words


@dataclass(frozen=True)
class Line:
    """A line of a transcript: what a side says (`by` is customer or agent), an event, or a card.

    `spans` are (words, whether a card was shown for them). `mark` is what the agent made of a card.
    """

    at: float
    kind: str
    by: str = ""
    spans: tuple[tuple[str, bool], ...] = ()
    text: str = ""
    rule: str = ""
    mark: str = ""
    misheard: bool = False
    known: bool = True


@dataclass(frozen=True)
class Transcript:
    """`lines` in order of time. `sealed` tells that some of it cannot be read here."""

    lines: tuple[Line, ...]
    sealed: bool


def read(session: Session, subscriber_id: int, call: str) -> Transcript | None:
    """A call's transcript with its cards; None when nothing is kept of it."""
    try:
        kept = transcripts.read(session, subscriber_id, call)
    except LookupError:
        return None
    rows = shown.of_call(session, subscriber_id, call)
    reasons = [shown.why(row) for row in rows]
    places = [seen for why in reasons if why is not None and (seen := why.get("seen"))]
    rules = {doc["name"]: doc for doc in editing.read_all(session, subscriber_id, "rules")}
    lines = [*_spoken(kept, places), *_events(kept), *(_card(row, rules) for row in rows)]
    order = {"said": 0, "event": 1, "card": 2}
    sealed = kept.sealed or any(why is None for why in reasons)
    return Transcript(tuple(sorted(lines, key=lambda line: (line.at, order[line.kind]))), sealed)


def _spoken(kept: Kept, places: list[Mapping[str, Any]]) -> Iterator[Line]:
    for side in SIDES[:2]:
        spans = [(float(one["start"]), float(one["end"])) for one in places if one.get("side") == side]
        for utterance in getattr(kept, side):
            yield Line(float(utterance.get("start", 0.0)), "said", by=side, spans=_spans(utterance, spans))


def _spans(utterance: Mapping[str, Any], places: list[tuple[float, float]]) -> tuple[tuple[str, bool], ...]:
    """The words of an utterance, those that a card was shown for apart."""
    found: list[tuple[list[str], bool]] = []
    for word, start, end in utterance.get("words", ()):
        lit = any(first <= float(start) and float(end) <= last for first, last in places)
        if not found or found[-1][1] != lit:
            found.append(([], lit))
        found[-1][0].append(str(word))
    if not found:
        return ((str(utterance.get("text", "")), False),)
    return tuple((" ".join(said), lit) for said, lit in found)


def _events(kept: Kept) -> Iterator[Line]:
    for event in kept.events:
        if event.get("kind") in EVENTS:
            yield Line(float(event.get("at", 0.0)), "event", text=str(words.EVENTS[event["kind"]]))


def _card(row: Any, rules: Mapping[str, Document]) -> Line:
    doc = rules.get(row.rule)
    title = words.spoken(doc["title"]) if doc else row.rule
    return Line(row.offset, "card", text=title, rule=row.rule, mark=row.mark, misheard=row.misheard, known=bool(doc))

"""A rule of the prompter held against calls of the past: how often it would have fired, and where."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal

from apiflask import APIBlueprint
from gevent.threadpool import ThreadPool
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from admin_ui.api.parts import Answer, Body, answer, refuse, scope, takes
from admin_ui.api.prompter import CHECKS, RULE
from admin_ui.database import confine, db
from admin_ui.person import subscriber_id
from conf.database import scoped
from conf.editing.checking import refuse as refuse_problems
from conf.models import Document
from conf.problems import N_
from conf.prompter import editing, transcripts
from conf.prompter.transcripts import Kept
from speech.hints import Rules
from speech.replay import Hit, replay

blueprint = APIBlueprint("api_prompter_replay", __name__, url_prefix="/api/v1", tag="Prompter")
MOST_CALLS = 1000
MOST_HITS = 100  # that are told; all are counted
LONGEST = 8.0  # seconds: then the calls that were played so far count
AT_ONCE = 2  # replays of one process


class Wanted(Body):
    """What to hold against which calls: a rule as it is edited, or the name of one that was saved."""

    rule: dict[str, Any] | None = Field(None, description="A rule's document; it need not be saved.")
    name: str | None = Field(None, max_length=64, description="The name of a rule that was saved.")
    since: AwareDatetime | None = Field(None, description="Only calls that began then or later.")
    most: int = Field(200, ge=1, le=MOST_CALLS, description="At most so many calls, the newest.")


class HitShown(BaseModel):
    """A card that would have been shown. What made it fire is `said`, between the words around it."""

    call: str
    started_at: datetime
    title: str
    at: float = Field(description="Seconds after the call began.")
    by: Literal["customer", "agent", ""] = Field(description='Who spoke; "" when nobody had.')
    before: str
    said: str = Field(description='"" where no words made it fire: `before` is then what was said last.')
    after: str


class ReplayShown(BaseModel):
    """How often a rule would have fired, the newest call first."""

    calls: int
    hit_calls: int
    fired: int
    complete: bool = Field(description="False when time was up before all calls were played.")
    sealed: int = Field(description="Calls whose transcript cannot be read here; they are not among `calls`.")
    hits: list[HitShown]


HIT: dict[str, Any] = {
    "call": "35594fa8-006d-422b-ad37-fa65c5a76d47",
    "started_at": "2026-11-23T12:10:12Z",
    "title": "Remboursement",
    "at": 12.4,
    "by": "customer",
    "before": "je veux être",
    "said": "remboursé",
    "after": "de ma commande",
}
FOUND: dict[str, Any] = {"calls": 120, "hit_calls": 11, "fired": 14, "complete": True, "sealed": 0, "hits": [HIT]}


@blueprint.post("/prompter/replay")
@scope("prompter:read")
@scope("calls:read")
@takes(Wanted, example={"rule": RULE, "most": 120})
@blueprint.output(ReplayShown, example=FOUND)
def try_out(body: Wanted) -> Answer:
    """Hold a rule against past calls.

    "Would have fired 14 times in 120 calls": by the transcripts that were kept, as if the rule had always been active.
    Nothing is saved. It tells what callers said: a token needs `calls:read` too."""
    confine(subscriber_id(), read_only=True)
    if (body.rule is None) == (body.name is None):
        raise refuse("rule", "not_one", N_("needs either rule or name"))
    doc = body.rule
    if doc is None:
        doc = editing.read(db.session(), subscriber_id(), "rules", body.name or "")
    return answer(replayed(doc, since=body.since, most=body.most))


def replayed(doc: Document, *, since: datetime | None = None, most: int = 200) -> dict[str, Any]:
    """Play the newest calls of the subscriber to one rule. ConfigurationError says what is wrong with the rule."""
    found = compared(doc, None, since=since, most=most)
    hits = [{name: hit[name] for name in HIT} for hit in found["hits"]]
    return {name: found[name] for name in FOUND} | {"hits": hits}


def compared(
    doc: Document, saved: Document | None, *, since: datetime | None = None, most: int = 200
) -> dict[str, Any]:
    """Play the newest calls to a rule, and to what is saved of it: what `replayed` gives, and what changes by saving.

    `before` is how often the saved rule fires in the same calls; `gained` and `lost` count the cards that come and go.
    A hit that comes has `gained`; the first that go are `losses`. Without a saved rule these are None and empty.
    """
    refuse_problems(editing.form("rules", doc, CHECKS["rules"]))
    if saved is not None and editing.form("rules", saved, CHECKS["rules"]):
        saved = None  # it was right once: there is nothing to hold it against
    owner, engine = subscriber_id(), db.engine
    db.session.rollback()  # it waits: no connection is held meanwhile
    return _pool().apply(_play, (engine, owner, doc, saved, since, min(most, MOST_CALLS)))


@dataclass
class Past:
    """The calls that are played: until time is up, without those that cannot be read."""

    calls: Iterator[Kept]
    until: float
    complete: bool = True
    sealed: int = 0

    def __iter__(self) -> Iterator[Kept]:
        for kept in self.calls:
            if time.monotonic() > self.until:
                self.complete = False
                return
            if kept.sealed:
                self.sealed += 1
            else:
                yield kept


@dataclass
class Spoken:
    """What was said in the calls that are told of, each read once."""

    session: Session
    owner: int
    known: dict[str, Kept] = field(default_factory=dict)

    def of(self, call: str) -> Kept:
        if call not in self.known:
            self.known[call] = transcripts.read(self.session, self.owner, call)
        return self.known[call]


@cache
def _pool() -> ThreadPool:
    """Threads for replays: whatever else the process serves goes on."""
    return ThreadPool(AT_ONCE)


@dataclass
class Tally:
    """What a rule and the saved one do in the calls that were played so far."""

    calls: int = 0
    hit_calls: int = 0
    fired: int = 0
    before: int = 0
    gained: int = 0
    lost: int = 0
    hits: list[tuple[Hit, bool]] = field(default_factory=list)
    losses: list[Hit] = field(default_factory=list)

    def take(self, now: Sequence[Hit], then: Sequence[Hit], compares: bool) -> None:
        """Count the cards of one call."""
        self.calls += 1
        self.hit_calls += bool(now)
        self.fired += len(now)
        self.before += len(then)
        here, there = {_place(hit) for hit in now}, {_place(hit) for hit in then}
        fresh = [(hit, compares and _place(hit) not in there) for hit in now]
        gone = [hit for hit in then if _place(hit) not in here]
        self.gained += sum(is_new for _hit, is_new in fresh)
        self.lost += len(gone)
        self.hits += fresh[: MOST_HITS - len(self.hits)]
        self.losses += gone[: MOST_HITS - len(self.losses)]


def _play(
    engine: Engine, owner: int, doc: Document, saved: Document | None, since: datetime | None, most: int
) -> dict[str, Any]:
    rules, old = Rules.load([doc]), Rules.load([saved]) if saved else None
    tally = Tally()
    with scoped(engine, owner, read_only=True) as session:
        past = Past(transcripts.every(session, owner, since=since, most=most), time.monotonic() + LONGEST)
        for kept in past:
            tally.take(replay(rules, [kept]).hits, replay(old, [kept]).hits if old else (), old is not None)
        spoken = Spoken(session, owner)
        hits = [_shown(hit, spoken.of(hit.call)) | {"gained": is_new} for hit, is_new in tally.hits]
        losses = [_shown(hit, spoken.of(hit.call)) for hit in tally.losses]
    return {
        "calls": tally.calls,
        "hit_calls": tally.hit_calls,
        "fired": tally.fired,
        "complete": past.complete,
        "sealed": past.sealed,
        "hits": hits,
        "before": tally.before if old else None,
        "gained": tally.gained,
        "lost": tally.lost,
        "losses": losses,
    }


def _place(hit: Hit) -> tuple[str, str, float]:
    """Where a card would have been shown: in an utterance, or at a time."""
    seen = hit.card.why.seen
    return (hit.call, seen.side, float(seen.utterance)) if seen else (hit.call, "", round(hit.card.at, 1))


def _shown(hit: Hit, kept: Kept) -> dict[str, Any]:
    card, seen = hit.card, hit.card.why.seen
    told = {"call": hit.call, "started_at": hit.started_at, "title": card.title, "at": card.at}
    if seen is None:
        side, before = _last(kept, card.at)
        return {**told, "by": side, "before": before, "said": "", "after": ""}
    return {**told, **around(kept, seen.side, seen.start, seen.words)}


def around(kept: Kept, side: str, start: float, said: Sequence[str]) -> dict[str, str]:
    """Words of a side that began at a time, between those around them in their utterance."""
    for utterance in getattr(kept, side):
        words: Sequence[Any] = utterance.get("words", ())
        place = next((index for index, word in enumerate(words) if word[1] == start), None)
        if place is not None:
            texts = [str(word[0]) for word in words]
            end = place + len(said)
            parts = {"before": texts[:place], "said": texts[place:end], "after": texts[end:]}
            return {"by": side, **{name: " ".join(part) for name, part in parts.items()}}
    return {"by": side, "before": "", "said": " ".join(said), "after": ""}


def _last(kept: Kept, at: float) -> tuple[str, str]:
    """Who spoke last before a moment, and what was said."""
    found = [
        (float(one.get("end", 0.0)), side, str(one.get("text", "")))
        for side in ("customer", "agent")
        for one in getattr(kept, side)
        if float(one.get("end", 0.0)) <= at
    ]
    return max(found)[1:] if found else ("", "")

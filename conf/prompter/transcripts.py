"""Transcripts of calls, kept for as long as the subscriber's policy says. What comes in must be masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.models import Transcript
from conf.prompter.content import opened, sealed
from conf.prompter.policy import KEPT_DAYS

CALL = "call"  # the side that holds what happened besides speech
SIDES = ("customer", "agent", CALL)
PAGE = 50

Utterance = dict[str, Any]  # {"text", "start", "end", "words": [[word, start, end], ...]}; {"kind", "at", "values"}


@dataclass(frozen=True)
class Kept:
    """A call's transcript: the utterances of each side, and the events, in order. Times are seconds since it began.

    `sealed` tells that some of it needs the subscriber's key and is not here.
    """

    call: str
    started_at: datetime
    languages: Mapping[str, str]
    customer: tuple[Utterance, ...] = ()
    agent: tuple[Utterance, ...] = ()
    events: tuple[Utterance, ...] = ()
    sealed: bool = False


@dataclass(frozen=True)
class Listed:
    """A call of which there is a transcript."""

    call: str
    started_at: datetime
    seconds: float


def put(
    session: Session,
    subscriber_id: int,
    call: str,
    side: str,
    sequence: int,
    utterances: Sequence[Mapping[str, Any]],
    *,
    started_at: datetime,
    language: str = "",
    keep_days: int = KEPT_DAYS,
) -> bool:
    """Keep a part of a side's transcript; False when that part was kept before (the call was taken over).

    Utterances are {text, start, end, words: [[word, start, end], ...]}, of the side `call` {kind, at, values}: masked.
    """
    if side not in SIDES or not utterances:
        return False
    here = select(Transcript.id).where(
        Transcript.subscriber_id == subscriber_id,
        Transcript.call == call,
        Transcript.side == side,
        Transcript.sequence == sequence,
    )
    if session.scalars(here).first() is not None:
        return False
    times = [one[name] for one in utterances for name in ("start", "end", "at") if name in one]
    part = Transcript(
        subscriber_id=subscriber_id,
        call=call,
        side=side,
        sequence=sequence,
        started_at=started_at,
        began=float(min(times, default=0.0)),
        ended=float(max(times, default=0.0)),
        language=language,
        body=sealed(list(utterances)),
        until=started_at + timedelta(days=keep_days),
    )
    session.add(part)
    session.flush()
    return True


def read(session: Session, subscriber_id: int, call: str) -> Kept:
    """A call's transcript. LookupError when there is none."""
    found = next(_kept(session, subscriber_id, [call]), None)
    if found is None:
        raise LookupError(f"no transcript of {call}")
    return found


def listed(
    session: Session,
    subscriber_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = PAGE,
) -> list[Listed]:
    """The calls that have a transcript, the newest first."""
    wanted = (
        select(Transcript.call, func.min(Transcript.started_at), func.max(Transcript.ended))
        .where(Transcript.subscriber_id == subscriber_id)
        .group_by(Transcript.call)
        .order_by(func.min(Transcript.started_at).desc(), Transcript.call)
        .limit(most)
    )
    if since:
        wanted = wanted.where(Transcript.started_at >= since)
    if until:
        wanted = wanted.where(Transcript.started_at < until)
    return [Listed(call, _aware(at), seconds) for call, at, seconds in session.execute(wanted)]


def every(
    session: Session,
    subscriber_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = 200,
) -> Iterator[Kept]:
    """The newest calls with all that was said, the newest first, a few read at a time: for a replay."""
    calls = [one.call for one in listed(session, subscriber_id, since=since, until=until, most=most)]
    for first in range(0, len(calls), 20):
        yield from _kept(session, subscriber_id, calls[first : first + 20])


def _kept(session: Session, subscriber_id: int, calls: Sequence[str]) -> Iterator[Kept]:
    wanted = (
        select(Transcript)
        .where(Transcript.subscriber_id == subscriber_id, Transcript.call.in_(calls))
        .order_by(Transcript.sequence, Transcript.id)
    )
    parts: dict[str, list[Transcript]] = {}
    for part in session.scalars(wanted):
        parts.setdefault(part.call, []).append(part)
    for call in calls:
        if call in parts:
            yield _joined(call, parts[call])


def _joined(call: str, parts: Sequence[Transcript]) -> Kept:
    sides: dict[str, list[Utterance]] = {side: [] for side in SIDES}
    for part in parts:
        if not part.body.sealed:
            sides[part.side] += opened(part.body)
    return Kept(
        call=call,
        started_at=parts[0].started_at,
        languages={part.side: part.language for part in parts if part.side != CALL},
        customer=tuple(sides["customer"]),
        agent=tuple(sides["agent"]),
        events=tuple(sides[CALL]),
        sealed=any(part.body.sealed for part in parts),
    )


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

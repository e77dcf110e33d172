"""Reading the records of calls: filtered, newest first, page by page without counting what lies before."""

from __future__ import annotations

import base64
import json
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, extract, func, or_, select
from sqlalchemy.orm import Session

from conf.models import CallEvent, CallRecord

PAGE = 50
MOST_COUNTED = 1_000
DISPOSITIONS = ("answered", "served", "abandoned", "busy", "no_answer", "failed", "lost")
DIRECTIONS = ("inbound", "outbound", "internal")

LISTED = (
    CallRecord.id,
    CallRecord.call,
    CallRecord.direction,
    CallRecord.caller,
    CallRecord.caller_name,
    CallRecord.called,
    CallRecord.number,
    CallRecord.started_at,
    CallRecord.answered_at,
    CallRecord.ended_at,
    CallRecord.wait,
    CallRecord.talk,
    CallRecord.disposition,
    CallRecord.cause,
    CallRecord.hung_up_by,
    CallRecord.flow,
    CallRecord.flow_version,
    CallRecord.trunk,
    CallRecord.problem,
)


@dataclass(frozen=True)
class Wanted:
    """What a view of the history shows. `party` is a number, whole or its beginning, of either side.

    `since` and `until` bound the start of the call. `direction`, `disposition`, `flow` are exact; "" is all.
    """

    since: datetime | None = None
    until: datetime | None = None
    party: str = ""
    direction: str = ""
    disposition: str = ""
    flow: str = ""
    problem: bool = False


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the call of this start and id."""

    at: datetime
    id: int

    def written(self) -> str:
        """As it stands in an address."""
        return base64.urlsafe_b64encode(json.dumps([self.at.isoformat(), self.id]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Place | None:
        """From an address; None for what is no place."""
        try:
            at, number = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            moment = datetime.fromisoformat(at)
        except (ValueError, TypeError, NotBase64):
            return None
        known = isinstance(number, int) and 0 <= number < 2**63 and moment.tzinfo is not None
        return cls(moment, number) if known else None


def page(
    session: Session, subscriber_id: int, wanted: Wanted, after: Place | None = None, most: int = PAGE
) -> tuple[Sequence[Row[Any]], Place | None]:
    """Calls, the newest first, and where the next page begins; None when this is the last."""
    query = _query(session, subscriber_id, wanted).order_by(CallRecord.started_at.desc(), CallRecord.id.desc())
    if after is not None:
        earlier = and_(CallRecord.started_at == after.at, CallRecord.id < after.id)
        query = query.where(CallRecord.started_at <= after.at, or_(CallRecord.started_at < after.at, earlier))
    rows = session.execute(query.limit(most + 1)).all()
    if len(rows) <= most:
        return rows, None
    return rows[:most], Place(rows[most - 1].started_at, rows[most - 1].id)


def every(session: Session, subscriber_id: int, wanted: Wanted, most: int = 100_000) -> Iterator[Row[Any]]:
    """All calls that are wanted, the newest first, up to a bound: for an export."""
    after: Place | None = None
    told = 0
    while told < most:
        rows, after = page(session, subscriber_id, wanted, after, 1000)
        yield from rows
        told += len(rows)
        if after is None:
            return


def count(session: Session, subscriber_id: int, wanted: Wanted) -> int:
    """How many calls are wanted; counting stops at MOST_COUNTED."""
    some = _query(session, subscriber_id, wanted, (CallRecord.id,)).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def find(session: Session, subscriber_id: int, call: str) -> CallRecord:
    """The record of a call. LookupError when there is none."""
    query = select(CallRecord).where(CallRecord.subscriber_id == subscriber_id, CallRecord.call == call)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise LookupError(call)
    return found


def events(session: Session, subscriber_id: int, call: str, after: int = -1, most: int = 5000) -> Sequence[CallEvent]:
    """What happened in a call, in order, after a sequence number."""
    query = (
        select(CallEvent)
        .where(CallEvent.subscriber_id == subscriber_id, CallEvent.call == call, CallEvent.sequence > after)
        .order_by(CallEvent.sequence)
        .limit(most)
    )
    return session.scalars(query).all()


def outcomes(session: Session, subscriber_id: int, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    """How many calls had which direction and disposition."""
    query = (
        select(CallRecord.direction, CallRecord.disposition, func.count())
        .where(CallRecord.subscriber_id == subscriber_id)
        .where(CallRecord.started_at >= since, CallRecord.started_at < until)
        .group_by(CallRecord.direction, CallRecord.disposition)
    )
    return {(direction, disposition): number for direction, disposition, number in session.execute(query)}


@dataclass(frozen=True)
class Span:
    """How many calls of one kind began within some time."""

    since: datetime
    direction: str
    disposition: str
    calls: int


def spans(session: Session, subscriber_id: int, since: datetime, until: datetime, step: int) -> list[Span]:
    """The calls of a day in spans of so many seconds, counted from a full hour in UTC; for a chart."""
    seconds = extract("epoch", CallRecord.started_at)
    postgresql = session.get_bind().dialect.name == "postgresql"
    place = (func.floor(seconds / step) if postgresql else seconds // step).label("place")
    query = (
        select(place, CallRecord.direction, CallRecord.disposition, func.count())
        .where(CallRecord.subscriber_id == subscriber_id)
        .where(CallRecord.started_at >= since, CallRecord.started_at < until)
        .group_by(place, CallRecord.direction, CallRecord.disposition)
    )
    return [
        Span(datetime.fromtimestamp(int(number) * step, UTC), direction, disposition, calls)
        for number, direction, disposition, calls in session.execute(query)
    ]


def with_problem(wanted: Wanted) -> Wanted:
    """The same view, of calls that went wrong."""
    return replace(wanted, problem=True)


def _query(session: Session, subscriber_id: int, wanted: Wanted, columns: Sequence[Any] = LISTED) -> Select[Any]:
    query = select(*columns).where(CallRecord.subscriber_id == subscriber_id)
    postgresql = session.get_bind().dialect.name == "postgresql"
    for condition in _conditions(wanted, postgresql):
        query = query.where(condition)
    return query


def _conditions(wanted: Wanted, postgresql: bool) -> Iterator[ColumnElement[bool]]:
    if wanted.since:
        yield CallRecord.started_at >= wanted.since
    if wanted.until:
        yield CallRecord.started_at < wanted.until
    for column, value in (
        (CallRecord.direction, wanted.direction),
        (CallRecord.disposition, wanted.disposition),
        (CallRecord.flow, wanted.flow),
    ):
        if value:
            yield column == value
    if wanted.party:
        sides = (CallRecord.caller, CallRecord.called)
        yield or_(*(_begins(side, wanted.party, postgresql) for side in sides))
    if wanted.problem:
        yield CallRecord.problem != ""


def _begins(column: Any, beginning: str, postgresql: bool) -> ColumnElement[bool]:
    """A range, not LIKE: PostgreSQL looks through no index for that under row-level security, since LIKE may leak."""
    end = beginning[:-1] + _after(beginning[-1])
    if postgresql:  # by bytes, whatever the language of the database
        return and_(column.op("~>=~", is_comparison=True)(beginning), column.op("~<~", is_comparison=True)(end))
    return and_(column >= beginning, column < end)


def _after(sign: str) -> str:
    """The sign that comes next; what can be no part of a text is left out, and nothing comes after the last one."""
    following = ord(sign) + 1
    return chr(0xE000 if following == 0xD800 else min(following, 0x10FFFF))

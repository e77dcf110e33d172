"""Hint cards that were shown, and what the agents made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from conf.models import ShownHint
from conf.prompter.content import opened, sealed
from conf.prompter.policy import KEPT_DAYS

MARKS = ("", "used", "wrong", "dismissed")


@dataclass(frozen=True)
class Hint:
    """A card that was shown. `why` is what the prompter gave as its reason, as a document."""

    call: str
    card: int
    rule: str
    etag: str
    audience: str
    agent: str
    at: datetime
    offset: float
    why: Mapping[str, Any]


def put(session: Session, subscriber_id: int, hint: Hint, *, keep_days: int = KEPT_DAYS) -> bool:
    """Keep a card that was shown; False when it was kept before."""
    here = select(ShownHint.id).where(_is(subscriber_id, hint.call, hint.card))
    if session.scalars(here).first() is not None:
        return False
    row = ShownHint(
        subscriber_id=subscriber_id,
        call=hint.call,
        card=hint.card,
        rule=hint.rule,
        etag=hint.etag,
        audience=hint.audience,
        agent=hint.agent,
        at=hint.at,
        offset=hint.offset,
        why=sealed(dict(hint.why)),
        until=hint.at + timedelta(days=keep_days),
    )
    session.add(row)
    session.flush()
    return True


def mark(session: Session, subscriber_id: int, call: str, card: int, mark: str, by: str, at: datetime) -> ShownHint:
    """Say what a card was worth: used, wrong, dismissed, or "" to take it back. Once more changes nothing.

    LookupError when there is no such card; ValueError for another mark.
    """
    if mark not in MARKS:
        raise ValueError(f"no mark {mark}")
    row = _hint(session, subscriber_id, call, card)
    if row.mark != mark:
        row.mark, row.marked_by, row.marked_at = mark, by, at
        session.flush()
    return row


def pin(session: Session, subscriber_id: int, call: str, card: int, pinned: bool) -> ShownHint:
    """Keep a card on the agent's page, or not. LookupError when there is no such card."""
    row = _hint(session, subscriber_id, call, card)
    row.pinned = pinned
    session.flush()
    return row


def misheard(session: Session, subscriber_id: int, call: str, card: int) -> None:
    """The final words did not hold what a card was shown for. No card: nothing happens."""
    row = session.scalars(select(ShownHint).where(_is(subscriber_id, call, card))).one_or_none()
    if row is not None:
        row.misheard = True
        session.flush()


def of_call(session: Session, subscriber_id: int, call: str) -> Sequence[ShownHint]:
    """The cards of a call, in order."""
    wanted = select(ShownHint).where(ShownHint.subscriber_id == subscriber_id, ShownHint.call == call)
    return session.scalars(wanted.order_by(ShownHint.card)).all()


def why(row: ShownHint) -> Mapping[str, Any] | None:
    """Why a card was shown; None while that is sealed."""
    found: Mapping[str, Any] | None = None if row.why.sealed else opened(row.why)
    return found


def marked(
    session: Session, subscriber_id: int, rule: str, *, mark: str, since: datetime | None = None, most: int = 50
) -> Sequence[ShownHint]:
    """The cards of a rule that have a mark, the newest first."""
    wanted = select(ShownHint).where(
        ShownHint.subscriber_id == subscriber_id, ShownHint.rule == rule, ShownHint.mark == mark
    )
    if since:
        wanted = wanted.where(ShownHint.at >= since)
    return session.scalars(wanted.order_by(ShownHint.at.desc(), ShownHint.id.desc()).limit(most)).all()


def renamed(session: Session, subscriber_id: int, before: str, after: str) -> None:
    """A rule has another name: its cards go with it."""
    wanted = update(ShownHint).where(ShownHint.subscriber_id == subscriber_id, ShownHint.rule == before)
    session.execute(wanted.values(rule=after), execution_options={"synchronize_session": False})


def marks(
    session: Session, subscriber_id: int, *, rule: str = "", etag: str = "", since: datetime | None = None
) -> dict[str, dict[str, int]]:
    """How often each rule was shown, and with which mark: {rule: {"shown": 9, "used": 4, "wrong": 1, ...}}.

    With an `etag` only of the rule as it is now.
    """
    wanted = (
        select(ShownHint.rule, ShownHint.mark, func.count())
        .where(ShownHint.subscriber_id == subscriber_id)
        .group_by(ShownHint.rule, ShownHint.mark)
    )
    for column, value in ((ShownHint.rule, rule), (ShownHint.etag, etag)):
        if value:
            wanted = wanted.where(column == value)
    if since:
        wanted = wanted.where(ShownHint.at >= since)
    found: dict[str, dict[str, int]] = {}
    for name, given, count in session.execute(wanted):
        counts = found.setdefault(name, {"shown": 0, **dict.fromkeys(MARKS[1:], 0)})
        counts["shown"] += count
        if given:
            counts[given] += count
    return found


def _hint(session: Session, subscriber_id: int, call: str, card: int) -> ShownHint:
    row = session.scalars(select(ShownHint).where(_is(subscriber_id, call, card))).one_or_none()
    if row is None:
        raise LookupError(f"no card {card} of {call}")
    return row


def _is(subscriber_id: int, call: str, card: int) -> Any:
    return (ShownHint.subscriber_id == subscriber_id) & (ShownHint.call == call) & (ShownHint.card == card)

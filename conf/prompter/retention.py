"""Forgetting what the prompter kept: past its time, or a call's at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from conf.database import operator
from conf.models import ShownHint, Transcript


def forget(session: Session, now: datetime) -> int:
    """Delete what is past its time, of everybody the session may see; how many rows."""
    gone = 0
    for kind in (Transcript, ShownHint):
        result: Any = session.execute(delete(kind).where(kind.until < now))
        gone += result.rowcount
    return gone


def forget_old(engine: Engine, now: datetime) -> int:
    """Delete what is past its time, of every subscriber; how many rows. For whoever tidies up every hour."""
    with operator(engine) as session:
        return forget(session, now)


def forget_call(session: Session, subscriber_id: int, call: str) -> int:
    """Delete all that is kept of one call; how many rows."""
    gone = 0
    for kind in (Transcript, ShownHint):
        result: Any = session.execute(delete(kind).where(kind.subscriber_id == subscriber_id, kind.call == call))
        gone += result.rowcount
    return gone

"""The job queue in the database: several processes take jobs, each job is one process's at a time.

A job whose lease has passed (its process died) is taken again, so that work must bear being begun twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.orm import Session

from conf.models import Job


@dataclass(frozen=True)
class Claimed:
    """A job that a worker holds; it outlives the session that claimed it."""

    id: int
    worker: str
    attempts: int
    payload: dict[str, Any]
    subscriber: int | None


def put(
    session: Session,
    queue: str,
    payload: dict[str, Any],
    *,
    due_at: datetime,
    key: str = "",
    subscriber: int | None = None,
) -> int:
    """Queue a job, due at a moment, and return its id; with a key that is there already, that job's id."""
    if key:
        there = session.scalars(select(Job.id).where(Job.key == key)).one_or_none()
        if there is not None:
            return there
    job = Job(queue=queue, payload=payload, due_at=due_at, key=key or None, subscriber_id=subscriber)
    session.add(job)
    session.flush()
    return job.id


def claim(session: Session, queue: str, worker: str, now: datetime, lease: float, most: int = 1) -> list[Claimed]:
    """Take jobs that are due, the oldest first, for `lease` seconds. The session is the operator's.

    PostgreSQL passes over rows that another process is taking; on SQLite writers come one after the other anyway.
    """
    due = or_(
        and_(Job.state == "waiting", Job.due_at <= now),
        and_(Job.state == "running", Job.lease_until <= now),
    )
    wanted = select(Job).where(Job.queue == queue, due).order_by(Job.due_at, Job.id).limit(most)
    jobs = list(session.scalars(wanted.with_for_update(skip_locked=True)))
    for job in jobs:
        job.state, job.worker, job.lease_until = "running", worker, now + timedelta(seconds=lease)
        job.attempts += 1
    session.flush()
    return [Claimed(job.id, worker, job.attempts, job.payload, job.subscriber_id) for job in jobs]


def renew(session: Session, job: Claimed, now: datetime, lease: float) -> bool:
    """Hold a job longer; False when another process has taken it since."""
    return _mine(session, job, lease_until=now + timedelta(seconds=lease))


def finish(session: Session, job: Claimed) -> bool:
    """The work is done; False when another process has taken it since."""
    return _mine(session, job, state="done", lease_until=None)


def fail(session: Session, job: Claimed, error: str, again_at: datetime | None = None) -> bool:
    """The work failed: it is tried again at a moment, or given up. False when another process has taken it since."""
    if again_at is None:
        return _mine(session, job, state="failed", error=error, lease_until=None)
    return _mine(session, job, state="waiting", error=error, due_at=again_at, lease_until=None)


def _mine(session: Session, job: Claimed, **values: Any) -> bool:
    held = (Job.id == job.id, Job.state == "running", Job.worker == job.worker, Job.attempts == job.attempts)
    change = update(Job).where(*held).values(**values)
    changed = session.execute(change, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", changed).rowcount == 1

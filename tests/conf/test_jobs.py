"""The job queue: nothing twice at a time, nothing lost with its process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from conf import jobs
from conf.database import operator
from conf.jobs import Claimed
from conf.models import Job

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def put(engine: Engine, *numbers: int, due_at: datetime = NOW) -> None:
    with operator(engine) as session:
        for number in numbers:
            jobs.put(session, "fax", {"number": number}, due_at=due_at + timedelta(milliseconds=number))


def claim(session: Session, worker: str, at: datetime = NOW + MINUTE, most: int = 1) -> list[Claimed]:
    return jobs.claim(session, "fax", worker, at, lease=60.0, most=most)


def test_the_oldest_due_first(engine: Engine) -> None:
    put(engine, 2, 1)
    put(engine, 3, due_at=NOW + 5 * MINUTE)
    with operator(engine) as session:
        assert [job.payload["number"] for job in claim(session, "a", most=5)] == [1, 2]
        assert claim(session, "b") == []
        assert jobs.claim(session, "mail", "a", NOW + MINUTE, 60.0) == []


def test_two_take_two_different_ones(engine: Engine) -> None:
    """On PostgreSQL at the same time; on SQLite writers take turns."""
    put(engine, 1, 2)
    if engine.dialect.name == "postgresql":
        with operator(engine) as one, operator(engine) as two:
            taken = [claim(session, worker)[0].payload["number"] for session, worker in ((one, "a"), (two, "b"))]
    else:
        taken = []
        for worker in "ab":
            with operator(engine) as session:
                taken.append(claim(session, worker)[0].payload["number"])
    assert taken == [1, 2]


def test_a_dead_worker_s_job_is_taken_again_and_the_dead_cannot_finish_it(engine: Engine) -> None:
    put(engine, 1)
    late = NOW + 3 * MINUTE
    with operator(engine) as session:
        dead = claim(session, "a")[0]
    with operator(engine) as session:
        assert claim(session, "b", NOW + MINUTE) == []
        alive = claim(session, "b", late)[0]
        assert alive.attempts == 2
    with operator(engine) as session:
        assert not jobs.finish(session, dead)
        assert not jobs.renew(session, dead, late, 60.0)
        assert jobs.renew(session, alive, late, 60.0)
        assert jobs.finish(session, alive)
    with operator(engine) as session:
        assert session.get_one(Job, dead.id).state == "done"
        assert claim(session, "c", late + 60 * MINUTE) == []


def test_failed_and_tried_again_or_given_up(engine: Engine) -> None:
    put(engine, 1)
    with operator(engine) as session:
        job = claim(session, "a")[0]
        assert jobs.fail(session, job, "busy", again_at=NOW + 10 * MINUTE)
    with operator(engine) as session:
        assert claim(session, "a", NOW + 9 * MINUTE) == []
        job = claim(session, "a", NOW + 10 * MINUTE)[0]
        assert jobs.fail(session, job, "no such number")
    with operator(engine) as session:
        kept = session.get_one(Job, job.id)
        assert (kept.state, kept.error, kept.attempts) == ("failed", "no such number", 2)


def test_the_same_key_is_the_same_job(engine: Engine, two: tuple[int, int]) -> None:
    with operator(engine) as session:
        first = jobs.put(session, "fax", {"a": 1}, due_at=NOW, key="x", subscriber=two[0])
        again = jobs.put(session, "fax", {"a": 2}, due_at=NOW, key="x", subscriber=two[0])
        assert first == again

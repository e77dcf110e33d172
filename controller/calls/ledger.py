"""The controller's rows in the shared database. Every row has a key of its own, so writing it twice changes nothing.

`write` is for the writer's thread. The others are for greenlets: they run in the pool's threads, so that a slow
database never holds the hub. All raise SQLAlchemyError when the database is away.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, TypeVar

from gevent.threadpool import ThreadPool
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from conf import database
from conf.models import Base, CallEvent, CallRecord, Counter, CounterHit, Intent
from controller.calls.spool import Fact

T = TypeVar("T")


class Ledger:
    """What the controller writes and reads beside configuration."""

    def __init__(self, engine: Engine, pool: ThreadPool) -> None:
        self._engine = engine
        self._pool = pool

    # --- records and journal ----------------------------------------------------------------------------------------

    def write(self, facts: list[Fact]) -> None:
        """Write facts, each subscriber's in its own scope; what is there already stays as it is."""
        by_subscriber: dict[int | None, list[Fact]] = defaultdict(list)
        for fact in facts:
            by_subscriber[fact.get("subscriber")].append(fact)
        for subscriber, some in by_subscriber.items():
            with self._session(subscriber) as session:
                if events := [_row(fact) for fact in some if fact["table"] == "call_event"]:
                    insert_new(session, CallEvent, events)
                insert_records(session, [_row(fact) for fact in some if fact["table"] == "call_record"])

    # --- counters ---------------------------------------------------------------------------------------------------

    def count(self, subscriber: int, counter: str, period: str, call: str, command: str) -> int:
        """Add one to a counter, once for this command of this call, and tell its value after it."""

        def add() -> int:
            with self._session(subscriber) as session:
                hit = session.scalar(select(CounterHit).where(CounterHit.call == call, CounterHit.command == command))
                if hit:
                    return hit.value
                insert_new(
                    session, Counter, [{"subscriber_id": subscriber, "name": counter, "period": period, "value": 0}]
                )
                found = (Counter.name == counter, Counter.period == period)
                session.execute(update(Counter).where(*found).values(value=Counter.value + 1))
                row = session.scalars(select(Counter).where(*found)).one()
                new = {
                    "subscriber_id": subscriber,
                    "counter_id": row.id,
                    "call": call,
                    "command": command,
                    "value": row.value,
                }
                insert_new(session, CounterHit, [new])
                return row.value

        return self._in_thread(add)

    # --- effects outside the call -----------------------------------------------------------------------------------

    def intend(self, subscriber: int, call: str, command: str, method: str, url: str) -> None:
        """Store that a request is about to be sent."""
        digest = hashlib.sha256(f"{method} {url}".encode()).hexdigest()
        row = {
            "subscriber_id": subscriber,
            "call": call,
            "command": command,
            "kind": "http",
            "state": "stored",
            "digest": digest,
        }

        def store() -> None:
            with self._session(subscriber) as session:
                insert_new(session, Intent, [row | {"at": datetime.now(UTC)}])

        self._in_thread(store)

    def concluded(self, subscriber: int, call: str, command: str, outcome: dict[str, Any]) -> None:
        """Store how a request ended."""

        def store() -> None:
            with self._session(subscriber) as session:
                state = "unknown" if outcome["outcome"] == "unknown" else "done"
                intent = (Intent.call == call, Intent.command == command)
                session.execute(update(Intent).where(*intent).values(state=state, outcome=outcome))

        self._in_thread(store)

    def outcome(self, subscriber: int, call: str, command: str) -> dict[str, Any] | None:
        """How a request ended; {} when it was stored and nothing more is known, None when it was never stored."""

        def read() -> dict[str, Any] | None:
            with self._session(subscriber, read_only=True) as session:
                intent = session.scalar(select(Intent).where(Intent.call == call, Intent.command == command))
                return None if intent is None else (intent.outcome or {})

        return self._in_thread(read)

    def _session(self, subscriber: int | None, read_only: bool = False) -> AbstractContextManager[Session]:
        if subscriber is None:
            return database.operator(self._engine, read_only=read_only)
        return database.scoped(self._engine, subscriber, read_only=read_only)

    def _in_thread(self, function: Callable[[], T]) -> T:
        return self._pool.apply(function)


def insert_new(session: Session, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows, passing over those whose key is there already."""
    session.execute(_dialect(session).insert(kind).on_conflict_do_nothing(), rows)


def insert_records(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert call records; a whole one takes the place of one that was marked as lost."""
    if whole := [row["call"] for row in rows if row.get("disposition") != "lost"]:
        session.execute(delete(CallRecord).where(CallRecord.call.in_(whole), CallRecord.disposition == "lost"))
    if rows:
        insert_new(session, CallRecord, rows)


def _dialect(session: Session) -> Any:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite


def _row(fact: Fact) -> dict[str, Any]:
    row = {key: _moment(value) if key.endswith("at") else value for key, value in fact.items() if key != "table"}
    row["subscriber_id"] = row.pop("subscriber", None)
    return row


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

"""The controller's rows in the shared database. Every row has a key of its own, so writing it twice changes nothing.

`write` is for the writer's thread. The others are for greenlets: they run in the pool's threads, so that a slow
database never holds the hub, and give up after `PATIENCE` seconds. All raise SQLAlchemyError when the database is away;
one that was given up may still be done, later.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import gevent
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import TimeoutError as Silent
from sqlalchemy.orm import Session

from conf import database
from conf.messages import keeping
from conf.models import Base, CallEvent, CallRecord, Counter, CounterHit, Intent
from controller.calls import fax_facts, messaging
from controller.calls.fax_received import Received
from controller.calls.spool import Fact

log = logging.getLogger(__name__)
T = TypeVar("T")
PATIENCE = 1.0  # seconds that a call waits for the database


class Ledger:
    """What the controller writes and reads beside configuration."""

    def __init__(self, engine: Engine, pool: ThreadPool, received: Received | None = None) -> None:
        self._engine = engine
        self._pool = pool
        self._received = received

    # --- records and journal ----------------------------------------------------------------------------------------

    def write(self, facts: list[Fact]) -> None:
        """Write facts, each subscriber's in its own scope; what is there already stays as it is."""
        tables: dict[tuple[str, int | None], list[dict[str, Any]]] = defaultdict(list)
        messages = [fact for fact in facts if fact["table"] == messaging.TABLE]
        faxes: dict[int, list[Fact]] = defaultdict(list)
        for fact in facts:
            if fact["table"] == messaging.TABLE:
                continue
            if fact["table"].startswith("fax_"):
                faxes[fact["subscriber"]].append(fact)
                continue
            # Another account of the same call may have found another subscriber, or none.
            scope = None if fact["table"] == "call_record" else fact.get("subscriber")
            tables[fact["table"], scope].append(_row(fact))
        for scope in {scope for _, scope in tables}:
            with self._session(scope) as session:
                insert_new(session, CallEvent, tables["call_event", scope])
                insert_records(session, tables["call_record", scope])
                insert_intents(session, tables["intent", scope])
                for hit in tables["counter_hit", scope]:
                    add_hit(session, **hit)
        for subscriber, told in faxes.items():
            self._write_faxes(subscriber, told)
        for fact in messages:
            self._keep_message(fact)

    def _write_faxes(self, subscriber: int, facts: list[Fact]) -> None:
        came = [fact for fact in facts if fact["table"] == fax_facts.RECEIVED]
        with self._session(subscriber) as session:
            fax_facts.write(session, [fact for fact in facts if fact not in came])
            done = [self._received.write(session, fact) for fact in came] if self._received else []
        for file in filter(None, done):
            file.unlink(missing_ok=True)

    def _keep_message(self, fact: Fact) -> None:
        sound = Path(fact["file"])
        if self._received is None:
            return
        try:
            with self._session(fact["subscriber"]) as session:
                keeping.keep(session, self._received.vault, self._received.secret, fact, sound)
        except FileNotFoundError:
            log.error("call %s: the message that was left is not where it was recorded", fact["call"])
        messaging.discard(sound)

    def settled(self, calls: list[str]) -> set[str]:
        """Those of these calls that are on record and were not marked as lost. For the writer's thread."""
        with database.operator(self._engine, read_only=True) as session:
            found = select(CallRecord.call).where(CallRecord.call.in_(calls), CallRecord.disposition != "lost")
            return set(session.scalars(found))

    # --- counters ---------------------------------------------------------------------------------------------------

    def count(self, hit: Fact) -> int:
        """Add one to a counter, once for this command of this call, and tell its value after it."""

        def add() -> int:
            with self._session(hit["subscriber"]) as session:
                return add_hit(session, **_row(hit))

        return self._in_thread(add)

    # --- effects outside the call -----------------------------------------------------------------------------------

    def intend(self, intent: Fact) -> bool:
        """Store that a request is about to be sent; False when that was stored before."""

        def store() -> bool:
            with self._session(intent["subscriber"]) as session:
                return insert_intents(session, [_row(intent)]) > 0

        return self._in_thread(store)

    def concluded(self, intent: Fact) -> None:
        """Store how a request ended."""

        def store() -> None:
            with self._session(intent["subscriber"]) as session:
                insert_intents(session, [_row(intent)])

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
        with gevent.Timeout(PATIENCE, Silent("the database does not answer")):
            result: T = self._pool.apply(function)
            return result


# --- facts ----------------------------------------------------------------------------------------------------------


def intent_fact(subscriber: int, call: str, command: str, method: str, url: str, at: float) -> Fact:
    """That a request is about to be sent: no content, and of its address only a digest."""
    return {
        "table": "intent",
        "subscriber": subscriber,
        "call": call,
        "command": command,
        "kind": "http",
        "state": "stored",
        "digest": hashlib.sha256(f"{method} {url}".encode()).hexdigest(),
        "outcome": None,
        "at": at,
    }


def conclusion(intent: Fact, outcome: dict[str, Any]) -> Fact:
    """How the request of an intent ended: ok, failed, or unknown to us."""
    return intent | {"state": "unknown" if outcome["outcome"] == "unknown" else "done", "outcome": outcome}


def hit_fact(subscriber: int, counter: str, period: str, call: str, command: str) -> Fact:
    """That a command of a call counts."""
    told = {"table": "counter_hit", "subscriber": subscriber, "counter": counter, "period": period}
    return told | {"call": call, "command": command}


# --- rows -----------------------------------------------------------------------------------------------------------


def insert_new(session: Session, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows, passing over those whose key is there already."""
    if rows:
        session.execute(_dialect(session).insert(kind).on_conflict_do_nothing(), rows)


def insert_records(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert call records. A controller's takes the place of FreeSWITCH's own account, both that of a lost call."""
    insert_new(session, CallRecord, rows)
    for row in rows:
        if row.get("disposition") != "lost":
            loses = CallRecord.disposition == "lost"
            if row.get("source", "controller") == "controller":
                loses = loses | (CallRecord.source == "switch")
            session.execute(update(CallRecord).where(CallRecord.call == row["call"], loses).values(row))


def insert_intents(session: Session, rows: list[dict[str, Any]]) -> int:
    """Insert intents; what is known of a request's end takes the place of what is not. Returns how many were new."""
    if not rows:
        return 0
    insert = _dialect(session).insert(Intent).on_conflict_do_nothing().returning(Intent.id)
    new = len(session.execute(insert, rows).all())
    for row in rows:
        if row["state"] != "stored":
            mine = (Intent.call == row["call"], Intent.command == row["command"])
            less = Intent.state == "stored" if row["state"] == "unknown" else Intent.state != "done"
            known = {name: row[name] for name in ("state", "outcome")}
            session.execute(update(Intent).where(*mine, less).values(known))
    return new


def add_hit(session: Session, subscriber_id: int, counter: str, period: str, call: str, command: str) -> int:
    """Count once for this command of this call; returns what the counter was after it."""
    new: dict[str, Any] = {"subscriber_id": subscriber_id, "name": counter, "period": period, "value": 0}
    insert_new(session, Counter, [new])
    found = (Counter.name == counter, Counter.period == period)
    mine = (CounterHit.call == call, CounterHit.command == command)
    new = {"subscriber_id": subscriber_id, "counter_id": session.scalars(select(Counter.id).where(*found)).one()}
    # The hit comes first: of two that write it at once, the second waits here, and finds that it is counted.
    hit = _dialect(session).insert(CounterHit).on_conflict_do_nothing().returning(CounterHit.id)
    if not session.execute(hit, [new | {"call": call, "command": command, "value": 0}]).all():
        return session.scalars(select(CounterHit.value).where(*mine)).one()
    session.execute(update(Counter).where(*found).values(value=Counter.value + 1))
    value = session.scalars(select(Counter.value).where(*found)).one()
    session.execute(update(CounterHit).where(*mine).values(value=value))
    return value


def _dialect(session: Session) -> Any:
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite


def _row(fact: Fact) -> dict[str, Any]:
    row = {key: _moment(value) if key.endswith("at") else value for key, value in fact.items() if key != "table"}
    row["subscriber_id"] = row.pop("subscriber", None)
    return row


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

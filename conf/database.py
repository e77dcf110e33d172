"""Opening the database and the sessions on it. A session acts for one subscriber, or for the operator."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, QueuePool

from conf.confined import Unscoped, watch
from conf.scope import OPERATOR, Crossing, Scope, enter, narrowed

__all__ = ["OPERATOR", "Crossing", "Unscoped", "enter", "migrate", "narrowed", "open_engine", "operator", "scoped"]

BUSY_TIMEOUT = 2.0  # seconds a writer waits for another one on SQLite
# PostgreSQL: seconds (milliseconds for tcp_user_timeout) until a server that says nothing counts as gone.
LIBPQ = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def open_engine(url: str, statement_timeout: float = 0.0, kept: int = 0) -> Engine:
    """An engine for SQLite (WAL, foreign keys, writers begin at once) or PostgreSQL (psycopg 3).

    `statement_timeout` bounds each statement on PostgreSQL, and half of it the wait for a lock; seconds, 0 for ever.
    `kept` connections to SQLite stay open while nobody uses them; any number may be in use.
    """
    if url.startswith("sqlite"):
        path = Path(str(make_url(url).database))
        path.parent.mkdir(parents=True, exist_ok=True)
        pool: dict[str, Any] = {"poolclass": NullPool}
        if kept:
            pool = {"poolclass": QueuePool, "pool_size": kept, "max_overflow": -1, "pool_use_lifo": True}
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT}, **pool)
        if kept:
            event.listen(engine, "connect", partial(_remember_file, path))
            event.listen(engine, "checkout", partial(_expect_file, path))
        event.listen(engine, "do_connect", _make_sqlite)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        given = make_url(url).query
        arguments = {name: value for name, value in LIBPQ.items() if name not in given}
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
        if statement_timeout:
            event.listen(engine, "connect", partial(_bound_postgresql, statement_timeout))
    watch(engine)
    return engine


@contextmanager
def scoped(engine: Engine, subscriber_id: int, *, read_only: bool = False) -> Iterator[Session]:
    """A session that sees and touches one subscriber's rows only. Commits at the end; rolls back on an exception."""
    with _session(engine, subscriber_id, read_only) as session:
        yield session


@contextmanager
def operator(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    """A session over all subscribers, for what routes calls and keeps the house. Commits and rolls back as `scoped`."""
    with _session(engine, OPERATOR, read_only) as session:
        yield session


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, the newest unless told. Doing it twice changes nothing."""
    from conf.migrations import upgrade

    upgrade(engine, revision)


@contextmanager
def _session(engine: Engine, scope: Scope, read_only: bool) -> Iterator[Session]:
    bind = reading(engine) if read_only else engine
    with Session(bind) as session, session.begin():
        enter(session, scope, read_only=read_only)
        yield session


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: they wait for no writer."""
    if engine.dialect.name == "postgresql":  # one state of the database for all its statements, as on SQLite
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.execution_options(reading=True)


def _make_sqlite(_dialect: Any, _record: Any, arguments: Sequence[Any], _options: Any) -> None:
    """A new file is its owner's alone: it holds telephone passwords. SQLite gives -wal and -shm the file's own mode."""
    with suppress(OSError):  # it is there; or it cannot be made, and SQLite says so in its own words
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL, 0o600))


def _remember_file(path: Path, _connection: Any, record: Any) -> None:
    record.info["file"] = _identity(path)


def _expect_file(path: Path, _connection: Any, record: Any, _proxy: Any) -> None:
    """Open another connection when a backup was put in the file's place: this one would go on with what was there."""
    if record.info["file"] != _identity(path):
        raise DisconnectionError(f"{path} is another file now")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _bound_postgresql(seconds: float, connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {int(seconds * 1000)}")
        cursor.execute(f"SET lock_timeout = {int(seconds * 500)}")
    connection.commit()  # else the settings would end with the first transaction that is rolled back


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: see _begin_sqlite
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):  # setting it waits for no lock
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that first reads and then finds the lock taken would fail at once, whatever its timeout.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

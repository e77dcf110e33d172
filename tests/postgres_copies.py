"""Copies of a PostgreSQL database for one test after the other: what a test left is replaced, which is quicker than a
new database by far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection, sql

from tests.postgres_server import Postgres

LOCKED = "2s"  # a test that has not let go of its database keeps it

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
SEQUENCES = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"


class Changed(Exception):
    """A test changed the tables themselves."""


class Copies:
    """Copies of the database `template`, to which nobody is connected, and whose rows do not change."""

    def __init__(self, postgres: Postgres, template: str) -> None:
        self.postgres, self.template = postgres, template
        self._idle: list[str] = []
        self._rows: dict[str, bytes] = {}  # of each table, as COPY writes them
        with postgres.connection(template) as connection:
            self._tables = sorted(name for (name,) in connection.execute(TABLES))
            self._sequences = connection.execute(SEQUENCES).fetchall()
            for table in self._tables:
                with connection.cursor().copy(_statement("COPY {} TO STDOUT", table)) as copy:
                    self._rows[table] = b"".join(bytes(part) for part in copy)

    @contextmanager
    def one(self) -> Iterator[str]:
        """The address of a copy while the block lasts."""
        url = self._idle.pop() if self._idle else self.postgres.database(like=self.template)
        yield url
        try:
            with self.postgres.connection(url.partition("@/")[2].partition("?")[0]) as connection:
                self._restore(connection)
        except (Changed, psycopg.Error):
            return  # the next test gets a new one
        self._idle.append(url)

    def _restore(self, connection: Connection) -> None:
        if sorted(name for (name,) in connection.execute(TABLES)) != self._tables:
            raise Changed
        connection.execute("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
        connection.execute(f"SET LOCAL lock_timeout = '{LOCKED}'")
        for table in self._tables:
            connection.execute(_statement("DELETE FROM {}", table))
            if self._rows[table]:
                with connection.cursor().copy(_statement("COPY {} FROM STDIN", table)) as copy:
                    copy.write(self._rows[table])
        for sequence, value, used in self._sequences:
            connection.execute("SELECT setval(%s::regclass, %s, %s)", (f'"{sequence}"', value, used))


def _statement(text: str, table: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table))  # type: ignore[arg-type]

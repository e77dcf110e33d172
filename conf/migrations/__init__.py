"""Alembic, driven from Python: no alembic.ini, no working directory. One head."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_LOCK = 0x50FF1E  # any number, the same for every process that migrates


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to a revision."""
    with _connected(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database down to a revision; `base` empties it."""
    with _connected(engine) as config:
        command.downgrade(config, revision)


def write(engine: Engine, message: str) -> None:
    """Write a new migration: what the models have and the database has not."""
    with _connected(engine) as config:
        command.revision(config, message, autogenerate=True)


def current(engine: Engine) -> str | None:
    """The revision that the database is at; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _connected(engine: Engine) -> Iterator[Config]:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # A rebuilt table is dropped in between, and its rows' dependants must not go with it.
            driver = cast(sqlite3.Connection, connection.connection.driver_connection)
            driver.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            _take_turns(connection)
            config = _config()
            config.attributes["connection"] = connection
            yield config


def _take_turns(connection: Connection) -> None:
    """Processes that start together migrate one after the other; SQLite's BEGIN IMMEDIATE does it by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text("SELECT set_config('souffleur.subscriber', '*', true)"))

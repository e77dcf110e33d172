"""Databases that go away and come back: a SQLite file in whose place a folder stands, a PostgreSQL that is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tests.postgres import Postgres


class Outage(Protocol):
    """`url` is the address of a new database; `leave` takes it away, `come_back` brings it back as it was."""

    url: str

    def leave(self) -> None: ...
    def come_back(self) -> None: ...


class Embedded:
    """SQLite."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "souffleur.db"
        self._aside = folder / "souffleur.aside"
        self.url = f"sqlite:///{self._file}"

    def leave(self) -> None:
        self._file.rename(self._aside)
        self._file.mkdir()

    def come_back(self) -> None:
        if self._aside.exists():
            self._file.rmdir()
            self._aside.rename(self._file)


class Server:
    """PostgreSQL."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self.url = postgres.database()
        self._away = False

    def leave(self) -> None:
        self._postgres.stop()
        self._away = True

    def come_back(self) -> None:
        if self._away:
            self._postgres.start()
            self._away = False

"""Databases and fax rooms to test on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.conf.conftest import engine, migrated_copies, migrated_file, sqlite, two  # noqa: F401  fixtures
from tests.fax.room import Room
from tests.postgres import postgres  # noqa: F401  a fixture


@pytest.fixture
def room(engine: Engine, two: tuple[int, int], tmp_path: Path) -> Iterator[Room]:  # noqa: F811
    """A database with two subscribers, a controller that stands in, a clock that is moved by hand."""
    made = Room(engine, two, tmp_path)
    yield made
    made.close()


@pytest.fixture
def embedded(sqlite: Engine, tmp_path: Path) -> Iterator[Room]:  # noqa: F811
    """The same on SQLite alone."""
    made = Room.on(sqlite, tmp_path)
    yield made
    made.close()

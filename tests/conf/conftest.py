"""Databases to test on: SQLite in a temporary folder, and PostgreSQL where it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from conf.apply import apply
from conf.database import migrate, open_engine, operator
from conf.models import Subscriber
from tests.postgres import ROLE, Postgres, postgres  # noqa: F401  a fixture
from tests.postgres_copies import Copies

SAMPLES = Path(__file__).parents[2] / "conf" / "samples"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with nothing in it."""
    kind: str = request.param
    url = f"sqlite:///{tmp_path / 'test.db'}" if kind == "sqlite" else request.getfixturevalue("postgres").database()
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database at its newest migration, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrate(open_engine(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_copies(postgres: Postgres) -> Copies:  # noqa: F811
    """PostgreSQL databases at their newest migration."""
    postgres.sql(f"CREATE DATABASE migrated OWNER {ROLE}")
    engine = open_engine(postgres.address("migrated"))
    migrate(engine)
    engine.dispose()
    return Copies(postgres, "migrated")


@pytest.fixture
def sqlite(migrated_file: Path, tmp_path: Path) -> Engine:
    """A SQLite database at its newest migration."""
    shutil.copy(migrated_file, tmp_path / "test.db")
    return open_engine(f"sqlite:///{tmp_path / 'test.db'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database at its newest migration, of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    with request.getfixturevalue("migrated_copies").one() as url:
        engine = open_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def filled_folder(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the sample subscribers and the folder of their prompts, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(migrated_file, folder / "test.db")
    fill(f"sqlite:///{folder / 'test.db'}", folder / "prompts")
    return folder


@pytest.fixture(scope="session")
def filled_copies(migrated_copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """PostgreSQL databases with the sample subscribers."""
    server = migrated_copies.postgres
    server.sql(f"CREATE DATABASE filled OWNER {ROLE} TEMPLATE migrated")
    fill(server.address("filled"), tmp_path_factory.mktemp("filled"))
    return Copies(server, "filled")


def fill(url: str, prompts_dir: Path) -> None:
    """Load the sample subscribers."""
    engine = open_engine(url)
    for name in ("operator", "martin", "duval"):
        apply(engine, SAMPLES / name, prompts_dir=prompts_dir)
    engine.dispose()


@pytest.fixture
def two(engine: Engine) -> tuple[int, int]:
    """Two subscribers' ids."""
    with operator(engine) as session:
        rows = [Subscriber(doc=about(slug)) for slug in ("martin", "duval")]
        session.add_all(rows)
        session.flush()
        return rows[0].id, rows[1].id


def about(slug: str) -> dict[str, Any]:
    """A subscriber's document."""
    return {"name": slug.title(), "slug": slug, "language": "fr", "time_zone": "Europe/Paris", "country": "FR"}

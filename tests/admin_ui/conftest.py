"""The web UI to test, on SQLite; `both_sites` runs a test on PostgreSQL too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.database import migrate, open_engine
from tests.admin_ui.site import Site, load_samples
from tests.postgres import ROLE, Postgres, postgres  # noqa: F401  a fixture
from tests.postgres_copies import Copies


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the sample subscribers, to be copied."""
    folder = tmp_path_factory.mktemp("web")
    _fill(f"sqlite:///{folder / 'template.db'}", folder)
    return folder / "template.db"


@pytest.fixture(scope="session")
def filled_copies(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Copies:  # noqa: F811
    """PostgreSQL databases with the sample subscribers."""
    postgres.sql(f"CREATE DATABASE filled OWNER {ROLE}")
    _fill(postgres.address("filled"), tmp_path_factory.mktemp("web"))
    return Copies(postgres, "filled")


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    """A web UI with the sample subscribers."""
    shutil.copy(filled, tmp_path / "web.db")
    made = Site(f"sqlite:///{tmp_path / 'web.db'}", tmp_path / "var", samples=())
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def both_sites(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A web UI on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("site")
        return
    with request.getfixturevalue("filled_copies").one() as url:
        made = Site(url, tmp_path / "var", samples=())
        yield made
        made.close()


def _fill(url: str, folder: Path) -> None:
    engine = open_engine(url)
    migrate(engine)
    load_samples(engine, folder / "prompts", "pbx.localhost")
    engine.dispose()

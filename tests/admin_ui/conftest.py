"""The web UI to test, on SQLite; `both_sites` runs a test on PostgreSQL too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.database import migrate, open_engine
from tests.admin_ui.site import Site
from tests.postgres import postgres  # noqa: F401  a fixture


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database at its newest migration, to be copied."""
    path = tmp_path_factory.mktemp("web") / "template.db"
    migrate(open_engine(f"sqlite:///{path}"))
    return path


@pytest.fixture
def site(migrated: Path, tmp_path: Path) -> Iterator[Site]:
    """A web UI with the sample subscribers."""
    shutil.copy(migrated, tmp_path / "web.db")
    made = Site(f"sqlite:///{tmp_path / 'web.db'}", tmp_path / "var")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def both_sites(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A web UI on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("site")
        return
    url = request.getfixturevalue("postgres").database()
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    made = Site(url, tmp_path / "var")
    yield made
    made.close()

"""A subscriber to edit: the sample, in a database of each kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from conf import snapshot
from conf.database import open_engine, operator, scoped

Open = Callable[[], AbstractContextManager[Session]]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, filled_folder: Path) -> Iterator[Engine]:
    """A database of each kind with the sample subscribers; their prompts are in `prompts`."""
    shutil.copytree(filled_folder, tmp_path, dirs_exist_ok=True)
    with ExitStack() as last:
        url = f"sqlite:///{tmp_path / 'test.db'}"
        if request.param == "postgresql":
            url = last.enter_context(request.getfixturevalue("filled_copies").one())
        engine = open_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def martin(engine: Engine) -> int:
    """The id of the first sample subscriber."""
    with operator(engine, read_only=True) as session:
        return snapshot.domains(session)["martin"]


@pytest.fixture
def opened(engine: Engine, martin: int) -> Open:
    """Sessions of the sample subscriber."""

    @contextmanager
    def act() -> Iterator[Session]:
        with scoped(engine, martin) as session:
            yield session

    return act

"""A subscriber to edit: the sample, in a database of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from conf import snapshot
from conf.apply import apply
from conf.database import operator, scoped
from tests.conf.conftest import SAMPLES

Open = Callable[[], AbstractContextManager[Session]]


@pytest.fixture
def martin(engine: Engine, tmp_path: Path) -> int:
    """The sample subscribers; the id of the first."""
    for name in ("operator", "martin", "duval"):
        apply(engine, SAMPLES / name, prompts_dir=tmp_path / "prompts")
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

"""Connections to SQLite that stay open: whatever was committed is seen, and no reader becomes a writer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from conf.database import open_engine, operator
from conf.models import Controller, Subscriber


@pytest.fixture
def url(tmp_path: Path, migrated_file: Path) -> str:
    shutil.copy(migrated_file, tmp_path / "test.db")
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def keeping(url: str) -> Iterator[Engine]:
    engine = open_engine(url, kept=2)
    yield engine
    engine.dispose()


@pytest.fixture
def opened(keeping: Engine) -> list[object]:
    """The connections that were opened."""
    found: list[object] = []
    event.listen(keeping, "connect", lambda connection, _record: found.append(connection))
    return found


def add(engine: Engine, slug: str) -> None:
    with operator(engine) as session:
        session.add(Subscriber(doc={"slug": slug, "name": slug}))


def slugs(engine: Engine) -> list[str]:
    with operator(engine, read_only=True) as session:
        return list(session.scalars(select(Subscriber.slug).order_by(Subscriber.slug)))


def test_one_connection_does_for_one_after_the_other(keeping: Engine, opened: list[object]) -> None:
    add(keeping, "a")
    assert slugs(keeping) == ["a"]
    add(keeping, "b")
    assert slugs(keeping) == ["a", "b"]
    assert len(opened) == 1


def test_what_another_process_writes_is_seen_at_once(keeping: Engine, url: str) -> None:
    another = open_engine(url)
    for number in range(3):
        add(another, f"s{number}")
        assert len(slugs(keeping)) == number + 1


def test_a_session_that_only_reads_writes_nothing_though_its_connection_wrote_before(keeping: Engine) -> None:
    add(keeping, "a")
    with (
        pytest.raises(OperationalError, match="readonly"),
        operator(keeping, read_only=True) as session,
    ):
        session.connection().exec_driver_sql("DELETE FROM subscriber")
    add(keeping, "b")  # and the one after it writes again
    assert slugs(keeping) == ["a", "b"]


def test_what_was_broken_off_leaves_no_lock(keeping: Engine, url: str) -> None:
    def fail() -> None:
        with operator(keeping) as session:
            session.add(Subscriber(doc={"slug": "a", "name": "a"}))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    add(open_engine(url), "b")
    assert slugs(keeping) == ["b"]


def test_nobody_waits_for_a_connection(keeping: Engine, opened: list[object]) -> None:
    readers = [operator(keeping, read_only=True) for _ in range(5)]
    for reader in readers:
        reader.__enter__().scalars(select(Controller)).all()
    assert len(opened) == 5
    for reader in readers:
        reader.__exit__(None, None, None)
    slugs(keeping)
    assert len(opened) == 5
    assert keeping.pool.checkedin() == 2  # type: ignore[attr-defined]  # the others are closed


def test_a_backup_in_the_file_s_place_is_what_is_read(keeping: Engine, url: str, tmp_path: Path) -> None:
    add(keeping, "before")
    kept = tmp_path / "backup.db"
    keeping.dispose()  # the log is written into the file
    shutil.copy(tmp_path / "test.db", kept)
    add(keeping, "since")
    assert slugs(keeping) == ["before", "since"]
    for name in ("test.db-wal", "test.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    kept.replace(tmp_path / "test.db")
    assert slugs(keeping) == ["before"]
    add(keeping, "after")
    assert slugs(open_engine(url)) == ["after", "before"]

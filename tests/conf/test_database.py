"""The engines: writers wait for their turn, readers for nobody, and moments come back as they went in."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Mapped, mapped_column

from conf import database
from conf.database import open_engine, operator, scoped
from conf.models import Base, CallRecord, Content, Controller, Number, Sealed, Subscriber
from conf.models.types import Key
from tests.postgres import Postgres


def test_sqlite_keeps_a_journal_and_its_foreign_keys(sqlite: Engine) -> None:
    with operator(sqlite) as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA busy_timeout")).scalar() == 2000
    with pytest.raises(Exception, match="FOREIGN KEY"), operator(sqlite) as session:
        session.add(Number(subscriber_id=99, doc={"number": "+33123456789"}))


def test_readers_do_not_wait_for_a_writer(sqlite: Engine) -> None:
    with operator(sqlite) as writer:
        writer.add(Subscriber(doc={"slug": "a", "name": "a"}))
        writer.flush()
        with operator(sqlite, read_only=True) as reader:
            assert reader.scalars(select(Subscriber)).all() == []
    with operator(sqlite, read_only=True) as reader:
        assert len(reader.scalars(select(Subscriber)).all()) == 1


def test_a_second_writer_waits_and_then_gives_up(
    sqlite: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.05)
    hurried = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with operator(sqlite) as first:
        first.execute(select(Controller))  # only read so far: the lock is taken at the beginning all the same
        with pytest.raises(OperationalError, match="locked"), operator(hurried) as second:
            second.execute(select(Controller))


def test_an_exception_undoes_everything(engine: Engine) -> None:
    def fail() -> None:
        with operator(engine) as session:
            session.add(Subscriber(doc={"slug": "a", "name": "a"}))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with operator(engine) as session:
        assert session.scalars(select(Subscriber)).all() == []


def test_moments_keep_their_instant(engine: Engine, two: tuple[int, int]) -> None:
    paris = datetime(2026, 7, 1, 12, 0, 0, 250_000, tzinfo=ZoneInfo("Europe/Paris"))
    with scoped(engine, two[0]) as session:
        session.add(CallRecord(call="c", direction="inbound", started_at=paris))
    with scoped(engine, two[0]) as session:
        record = session.scalars(select(CallRecord)).one()
        assert record.started_at == paris
        assert record.started_at.tzinfo is UTC
    with pytest.raises(StatementError, match="time zone"), scoped(engine, two[0]) as session:
        session.add(CallRecord(call="d", direction="inbound", started_at=paris.replace(tzinfo=None)))


def test_no_caller_s_name_loses_a_record(engine: Engine, two: tuple[int, int]) -> None:
    """PostgreSQL refuses NUL and broken surrogates, and what is too long."""
    name = "Zo\udcebé\x00\r\n" + "x" * 1000
    with scoped(engine, two[0]) as session:
        session.add(CallRecord(call="c", direction="inbound", started_at=datetime.now(UTC), caller_name=name))
    with scoped(engine, two[0]) as session:
        kept = session.scalars(select(CallRecord.caller_name)).one()
    assert kept.startswith("Zoéxxx")
    assert len(kept) == 255


class Transcript(Base):
    """A table with content, for this test."""

    __tablename__ = "test_transcript"
    __table_args__ = {"info": {"only": "test"}}
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    words: Mapped[Content] = mapped_column(Sealed)


Base.metadata.remove(Transcript.__table__)  # type: ignore[arg-type]


def test_content_is_never_a_plain_text(engine: Engine) -> None:
    Transcript.__table__.create(engine)  # type: ignore[attr-defined]
    with operator(engine) as session:
        session.add(Transcript(words=Content.plain("bonjour")))
    with operator(engine) as session:
        words = session.scalars(select(Transcript.words)).one()
        assert words.stored == b"\x00bonjour"
        assert not words.sealed
        assert "bonjour" not in repr(words)
    with pytest.raises(StatementError, match="takes Content"), operator(engine) as session:
        session.add(Transcript(words="bonjour"))


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_the_embedded_database_is_its_owner_s_alone(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("new.db*")}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("new.db", "new.db-wal", "new.db-shm"), 0o600)


def test_the_mode_of_a_database_that_is_there_is_the_operator_s(tmp_path: Path) -> None:
    (tmp_path / "old.db").touch(0o640)
    (tmp_path / "old.db").chmod(0o640)
    with open_engine(f"sqlite:///{tmp_path / 'old.db'}").begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    assert stat.S_IMODE((tmp_path / "old.db").stat().st_mode) == 0o640


def test_a_statement_on_postgresql_is_bounded(postgres: Postgres) -> None:
    engine = open_engine(postgres.database(), statement_timeout=0.2)
    for _ in range(2):  # also after a rollback on the same connection
        with pytest.raises(OperationalError, match="statement timeout"), operator(engine) as session:
            session.execute(text("SELECT pg_sleep(10)"))
    with operator(engine) as session:
        assert session.execute(text("SHOW lock_timeout")).scalar() == "100ms"
        assert session.execute(text("SHOW statement_timeout")).scalar() == "200ms"
    engine.dispose()


def test_a_setting_of_the_address_wins(postgres: Postgres) -> None:
    engine = open_engine(postgres.database() + "&connect_timeout=7")
    with operator(engine) as session:
        connection = session.connection().connection.dbapi_connection
        assert connection
        parameters = connection.info.get_parameters()  # type: ignore[attr-defined]
        assert (parameters["connect_timeout"], parameters["tcp_user_timeout"]) == ("7", "5000")
        assert session.execute(text("SHOW statement_timeout")).scalar() == "0"
    engine.dispose()

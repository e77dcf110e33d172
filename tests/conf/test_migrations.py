"""Migrations: one head, up and down, and what they make is what the models say."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text

from conf import migrations
from conf.database import migrate, open_engine, operator, scoped
from conf.migrations import downgrade, newest, upgrade
from conf.models import ApiToken, Base, Subscriber, User


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(migrations._config()).get_heads()) == 1


def test_the_models_are_what_is_migrated(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_up_and_down_and_up_again(empty: Engine) -> None:
    assert migrations.current(empty) is None
    upgrade(empty)
    assert migrations.current(empty) == newest()
    migrate(empty)
    downgrade(empty, "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    upgrade(empty)
    assert migrations.current(empty) == newest()


def test_processes_that_start_together_migrate_once(empty: Engine) -> None:
    errors: list[Exception] = []

    def bring() -> None:
        engine = open_engine(empty.url.render_as_string(hide_password=False))
        try:
            migrate(engine)
        except Exception as error:  # noqa: BLE001  shown by the assertion
            errors.append(error)
        engine.dispose()

    threads = [threading.Thread(target=bring) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert migrations.current(empty) == newest()


def test_tokens_find_their_makers(empty: Engine) -> None:
    """Until 0007 a token knew the mail address only, or the name of the token that made it."""
    upgrade(empty, "0006")
    login = "Claire@Martin.example"
    everything = {"created_at": "2026-11-23 09:00:00+00:00", "scopes": "[]"}
    with empty.begin() as connection:
        if empty.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL souffleur.subscriber = '*'"))
        connection.execute(
            text(
                "INSERT INTO account (id, login, password, one_time, totp_step, language, theme, created_at)"
                " VALUES (7, :login, '', false, 0, '', '', :created_at)"
            ),
            {"login": login.lower(), **everything},
        )
        for name, made_by in (("first", login), ("second", "token first"), ("third", "gone@martin.example")):
            connection.execute(
                text(
                    "INSERT INTO api_token (name, token, beginning, scopes, made_by, created_at)"
                    " VALUES (:name, :name, '', :scopes, :made_by, :created_at)"
                ),
                {"name": name, "made_by": made_by, **everything},
            )
    migrate(empty)
    with operator(empty) as session:
        first, second, third = session.scalars(select(ApiToken).order_by(ApiToken.id))
        assert [token.account_id for token in (first, second, third)] == [7, 7, None]
        assert [token.parent_id for token in (first, second, third)] == [None, first.id, None]


def test_any_working_directory_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    engine = open_engine("sqlite:///here.db")
    migrate(engine)
    assert migrations.current(engine) == newest()


def test_postgresql_itself_keeps_subscribers_apart(engine: Engine, two: tuple[int, int]) -> None:
    """Row-level security under the hooks, for the tables' owner too: plain SQL on a plain connection."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security")
    for owner in two:
        with scoped(engine, owner) as session:
            session.add(User(doc={"login": "x@x.example", "name": "x", "role": "agent"}))
    with engine.begin() as connection:
        seen = text('SELECT DISTINCT subscriber_id FROM "user"')
        assert connection.execute(seen).all() == []  # nobody said for whom
        connection.execute(text(f"SET LOCAL souffleur.subscriber = '{two[0]}'"))
        assert connection.execute(seen).scalars().all() == [two[0]]
        assert connection.execute(text('UPDATE "user" SET name = name')).rowcount == 1
        assert connection.execute(text("SELECT id FROM subscriber")).scalars().all() == [two[0]]
    with engine.connect() as connection:
        connection.execute(text(f"SET LOCAL souffleur.subscriber = '{two[0]}'"))
        with pytest.raises(Exception, match="row-level security"):
            connection.execute(text(f'UPDATE "user" SET subscriber_id = {two[1]}'))
    covered = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    with engine.connect() as connection:
        names = set(connection.execute(covered).scalars())
    assert names == {table.name for table in Base.metadata.sorted_tables if "subscriber_id" in table.c} | {"subscriber"}


def test_a_subscriber_leaves_with_everything(engine: Engine, two: tuple[int, int]) -> None:
    from tests.conf.rows import add, subscribers_tables

    kinds = sorted(subscribers_tables(), key=lambda kind: kind.__name__)
    with operator(engine) as session:
        for owner in two:
            for kind in kinds:
                add(session, kind, owner, f"{kind.__name__}-{owner}")
    with operator(engine) as session:
        session.delete(session.get_one(Subscriber, two[0]))
    with operator(engine) as session:
        for kind in kinds:
            left = {row.subscriber_id for row in session.query(kind)}
            assert left == {two[1]}, kind

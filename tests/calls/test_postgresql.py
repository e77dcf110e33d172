"""The call path on PostgreSQL, which also goes away and comes back under calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.calls.live import Live, free_port, running
from tests.outside.virtual import VirtualOutside
from tests.postgres import Postgres, postgres  # noqa: F401  a fixture


@pytest.fixture
def live(tmp_path: Path, postgres: Postgres) -> Iterator[Live]:  # noqa: F811
    offer = free_port()
    url = {"SOUFFLEUR_DATABASE_URL": postgres.database()}
    with running(VirtualOutside(offer), tmp_path, offer, free_port(), **url) as here:
        yield here


def test_a_call_walks_its_flow_and_is_on_record(live: Live) -> None:
    with live.engine.connect() as connection:
        assert "PostgreSQL" in connection.scalar(text("select version()"))
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended()
    record = live.record()
    assert live.path(record) == ["choose", "thank", "end"]
    assert live.events("offered")[0].data["to"] == "+33123456789"


def test_the_server_restarts_during_a_call(live: Live, postgres: Postgres) -> None:  # noqa: F811
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    postgres.stop()
    try:
        caller.presses("2#")
        assert caller.has_ended()
        second = live.outside.from_trunk("+33123456789")
        assert second.hears_something()
        second.presses("2#")
        assert second.has_ended()
        live.until(lambda: live.controller.writer.away)
    finally:
        postgres.start()
    live.until(lambda: not live.controller.writer.away, 20)
    records = live.until(lambda: live.records() if len(live.records()) == 2 else None)
    assert [live.path(record) for record in records] == [["choose", "thank", "end"]] * 2
    assert len({record.call for record in records}) == 2
    assert len(live.events("offered")) == 2

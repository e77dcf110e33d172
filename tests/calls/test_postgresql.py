"""The call path on PostgreSQL, which also goes away and comes back under calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest
from sqlalchemy import select, text

from conf.database import migrate, open_engine, operator
from conf.models import CallRecord, Subscriber
from controller.calls.ledger import Ledger, conclusion, hit_fact, intent_fact
from controller.calls.spool import Fact
from controller.calls.threads import Threads
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


# --- several write at once ------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(postgres: Postgres) -> Iterator[Ledger]:  # noqa: F811
    engine = open_engine(postgres.database())
    migrate(engine)
    with operator(engine) as session:
        session.add(Subscriber(doc={"slug": "martin", "name": "Martin", "language": "fr", "time_zone": "UTC"}))
    threads = Threads(6)
    yield Ledger(engine, threads)
    threads.kill()
    engine.dispose()


def at_once(ledger: Ledger, *facts: Fact) -> None:
    """Write each fact in a transaction of its own, all of them at the same time."""
    writing = [ledger._pool.spawn(ledger.write, [fact]) for fact in facts]
    gevent.wait(writing, timeout=20)
    for one in writing:
        one.get()


def test_a_command_counts_once_although_several_write_it(ledger: Ledger) -> None:
    """A call that gave up waiting goes on in its thread, while the spool is written."""
    for number in range(15):
        hit = hit_fact(1, "visits", "", f"c{number}", "1")
        at_once(ledger, *[hit] * 6)
        assert ledger.count(hit) == number + 1


def test_an_intent_is_one_row_although_several_write_it(ledger: Ledger) -> None:
    for number in range(15):
        stored = intent_fact(1, f"c{number}", "1", "POST", "https://shop.example/", 1e9)
        unknown, done = conclusion(stored, {"outcome": "unknown"}), conclusion(stored, {"outcome": "ok"})
        at_once(ledger, stored, done, unknown, stored, unknown, stored)
        assert ledger.outcome(1, f"c{number}", "1") == {"outcome": "ok"}


def test_a_call_has_one_record_although_several_write_it(ledger: Ledger) -> None:
    for number in range(15):
        plain = {"table": "call_record", "call": f"c{number}", "subscriber": 1, "direction": "inbound"}
        plain |= {"started_at": 1e9, "source": "controller"}
        switch = plain | {"disposition": "abandoned", "source": "switch", "subscriber": None}
        lost, whole = plain | {"disposition": "lost"}, plain | {"disposition": "served"}
        at_once(ledger, switch, whole, lost, switch, lost, switch)
    with operator(ledger._engine) as session:
        found = [(row.disposition, row.source, row.subscriber_id) for row in session.scalars(select(CallRecord))]
    assert found == [("served", "controller", 1)] * 15

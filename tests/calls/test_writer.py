"""Records reach the database once, whatever happens to it on the way."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import gevent
import gevent.event
import pytest
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from conf.database import operator
from conf.models import CallEvent, CallRecord, Intent
from controller.calls.ledger import Ledger, conclusion, hit_fact, intent_fact
from controller.calls.spool import Fact, Spool, SpoolFull
from controller.calls.writer import Writer


def event(sequence: int, call: str = "c1", subscriber: int | None = 1) -> Fact:
    return {
        "table": "call_event",
        "call": call,
        "sequence": sequence,
        "at": 1e9,
        "kind": "k",
        "subscriber": subscriber,
        "data": {},
    }


class Moody:
    """A database that can be sent away."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.away = False

    def write(self, facts: list[Fact]) -> None:
        if self.away:
            raise OperationalError("insert", {}, Exception("away"))
        self.ledger.write(facts)


def rows(engine: Engine, kind: Any = CallEvent) -> int:
    with operator(engine) as session:
        return int(session.scalar(select(func.count()).select_from(kind)) or 0)


def test_facts_are_written(engine: Engine, pool: ThreadPool, tmp_path: Path) -> None:
    writer = Writer(Ledger(engine, pool).write, Spool(tmp_path / "spool", "a"), pool)
    running = gevent.spawn(writer.run)
    for number in range(1200):
        writer.put(event(number, subscriber=(1, 2, None)[number % 3]))
    assert writer.drain(10)
    assert rows(engine) == 1200
    running.kill()


def test_what_the_database_does_not_take_waits_on_disk(engine: Engine, pool: ThreadPool, tmp_path: Path) -> None:
    moody = Moody(Ledger(engine, pool))
    spool = Spool(tmp_path / "spool", "a")
    writer = Writer(moody.write, spool, pool)
    moody.away = True
    for number in range(10):
        writer.put(event(number))
        writer.flush()
    assert rows(engine) == 0
    assert spool.size > 0
    moody.away = False
    writer.put(event(10))
    writer.flush()
    assert rows(engine) == 11
    assert (spool.size, writer.away, writer.lost) == (0, False, 0)


def test_a_new_process_finds_what_the_dead_one_spooled(engine: Engine, pool: ThreadPool, tmp_path: Path) -> None:
    Spool(tmp_path, "a").keep([event(1), event(2)])
    Spool(tmp_path, "b").keep([event(3)])  # another controller's: not ours to take
    writer = Writer(Ledger(engine, pool).write, Spool(tmp_path, "a"), pool)
    writer.flush()
    assert rows(engine) == 2


def test_written_twice_is_there_once(engine: Engine, pool: ThreadPool) -> None:
    ledger = Ledger(engine, pool)
    ledger.write([event(1), event(2)])
    ledger.write([event(2), event(3)])
    assert rows(engine) == 3


def test_a_batch_cut_short_by_a_crash_gives_its_whole_lines(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "a")
    spool.keep([event(1), event(2)])
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-5])
    assert [spool.read(batch) for batch in spool.batches()] == [[event(1)]]


def test_the_spool_is_bounded(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "a", limit=250)
    spool.keep([event(1)])
    spool.keep([event(2)])
    with pytest.raises(SpoolFull):
        spool.keep([event(3)])
    assert spool.size <= 250


def test_a_full_spool_loses_facts_aloud(
    engine: Engine, pool: ThreadPool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    moody = Moody(Ledger(engine, pool))
    moody.away = True
    writer = Writer(moody.write, Spool(tmp_path / "s", "a", limit=10), pool)
    writer.put(event(1))
    writer.flush()
    assert writer.lost == 1
    assert "1 facts are lost" in caplog.text


def test_a_record_keeps_a_hostile_name(engine: Engine, pool: ThreadPool) -> None:
    record = {"table": "call_record", "call": "c", "subscriber": 1, "direction": "inbound", "started_at": 1e9}
    Ledger(engine, pool).write([record | {"caller_name": "Eve\x00\ud800${system(x)}" + "x" * 5000}])
    with operator(engine) as session:
        assert session.scalars(select(CallRecord)).one().caller_name.startswith("Eve${system(x)}")


def test_a_command_counts_once(engine: Engine, pool: ThreadPool) -> None:
    ledger = Ledger(engine, pool)
    assert ledger.count(hit_fact(1, "visits", "", "c1", "1")) == 1
    assert ledger.count(hit_fact(1, "visits", "", "c1", "1")) == 1
    assert ledger.count(hit_fact(1, "visits", "", "c2", "1")) == 2
    assert ledger.count(hit_fact(1, "visits", "2026-11-23", "c3", "1")) == 1
    assert ledger.count(hit_fact(2, "visits", "", "c4", "1")) == 1


def test_what_counted_while_the_database_was_away_counts_later(engine: Engine, pool: ThreadPool) -> None:
    ledger = Ledger(engine, pool)
    hits = [hit_fact(1, "visits", "", "c1", "1"), hit_fact(1, "visits", "", "c2", "1")]
    ledger.write(hits)
    ledger.write(hits)
    assert ledger.count(hit_fact(1, "visits", "", "c2", "1")) == 2
    assert ledger.count(hit_fact(1, "visits", "", "c3", "1")) == 3


STORED = intent_fact(1, "c", "1", "POST", "https://shop.example/", 1e9)


def test_an_intent_tells_what_is_known(engine: Engine, pool: ThreadPool) -> None:
    ledger = Ledger(engine, pool)
    assert ledger.outcome(1, "c", "1") is None
    assert ledger.intend(STORED)
    assert not ledger.intend(STORED)
    assert ledger.outcome(1, "c", "1") == {}
    ledger.concluded(conclusion(STORED, {"outcome": "ok", "status": 200}))
    assert ledger.outcome(1, "c", "1") == {"outcome": "ok", "status": 200}
    assert ledger.outcome(2, "c", "1") is None


@pytest.mark.parametrize("order", list(itertools.permutations(("stored", "unknown", "done"))))
def test_intents_come_in_any_order(engine: Engine, pool: ThreadPool, order: tuple[str, ...]) -> None:
    """A spool may be written long after, another controller's even later: who knows more wins."""
    ledger = Ledger(engine, pool)
    known = {
        "stored": STORED,
        "unknown": conclusion(STORED, {"outcome": "unknown"}),
        "done": conclusion(STORED, {"outcome": "ok"}),
    }
    ledger.write([known[state] for state in order])
    for state in order:
        ledger.write([known[state]])
    assert ledger.outcome(1, "c", "1") == {"outcome": "ok"}
    assert rows(engine, Intent) == 1


def test_a_whole_record_takes_the_place_of_a_lost_one(engine: Engine, pool: ThreadPool) -> None:
    ledger = Ledger(engine, pool)
    lost = {"table": "call_record", "call": "c", "subscriber": 1, "direction": "inbound", "started_at": 1e9}
    ledger.write([lost | {"disposition": "lost", "ended_at": 1e9}])
    ledger.write([lost | {"disposition": "answered", "ended_at": 2e9}])
    ledger.write([lost | {"disposition": "lost", "ended_at": 3e9}])
    with operator(engine) as session:
        record = session.scalars(select(CallRecord)).one()
        assert (record.disposition, record.ended_at.timestamp()) == ("answered", 2e9)


RECORD = {"table": "call_record", "call": "c", "subscriber": 1, "direction": "inbound", "started_at": 1e9}
ACCOUNTS = {
    "controller": RECORD | {"disposition": "answered", "source": "controller"},
    "switch": RECORD | {"disposition": "abandoned", "source": "switch"},
    "lost": RECORD | {"disposition": "lost", "source": "controller"},
}


@pytest.mark.parametrize("order", [
    order for number in (1, 2, 3) for order in itertools.permutations(ACCOUNTS, number)
])  # fmt: skip
def test_the_record_of_the_controller_that_had_the_call_wins(
    engine: Engine, pool: ThreadPool, order: tuple[str, ...]
) -> None:
    ledger = Ledger(engine, pool)
    for account in (*order, *order):
        ledger.write([ACCOUNTS[account]])
    with operator(engine) as session:
        record = session.scalars(select(CallRecord)).one()
        best = next(name for name in ACCOUNTS if name in order)
        assert (record.disposition, record.source) == (ACCOUNTS[best]["disposition"], ACCOUNTS[best]["source"])


def test_a_fact_that_no_table_takes_does_not_hold_up_the_others(
    engine: Engine, pool: ThreadPool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(Ledger(engine, pool).write, Spool(tmp_path / "s", "a"), pool)
    writer.put(event(1))
    writer.put(event(2) | {"sequence": None})
    writer.put(event(3))
    writer.flush()
    assert (rows(engine), writer.lost, writer.away) == (2, 1, False)
    assert "refused by the database" in caplog.text


def test_a_disk_that_cannot_be_read_does_not_end_the_writing(engine: Engine, pool: ThreadPool, tmp_path: Path) -> None:
    database, spool = Moody(Ledger(engine, pool)), Spool(tmp_path / "spool", "a")
    writer = Writer(database.write, spool, pool)
    tried = gevent.event.Event()
    batches = spool.batches
    loop = gevent.get_hub().loop

    def broken() -> Any:
        loop.run_callback_threadsafe(tried.set)
        raise PermissionError("spool")

    spool.keep([event(2)])
    spool.batches = broken  # type: ignore[method-assign]
    running = gevent.spawn(writer.run)
    writer.put(event(1))
    assert tried.wait(5)
    spool.batches = batches  # type: ignore[method-assign]
    with gevent.Timeout(10):
        while spool.size:
            gevent.sleep(0.01)
    assert rows(engine) == 2
    running.kill()

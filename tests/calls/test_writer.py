"""Records reach the database once, whatever happens to it on the way."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import gevent
import gevent.event
import orjson
import pytest
from gevent.monkey import get_original
from gevent.threadpool import ThreadPool
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

from conf.database import operator
from conf.models import CallEvent, CallRecord, Intent
from controller.calls.ledger import Ledger, conclusion, hit_fact, intent_fact
from controller.calls.spool import Fact, Spool, SpoolFull
from controller.calls.threads import Threads
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


# --- what dead controllers left -------------------------------------------------------------------------------------


def test_a_survivor_writes_what_a_dead_controller_spooled(engine: Engine, pool: ThreadPool, tmp_path: Path) -> None:
    for owner in ("a", "b-a", "c"):
        Spool(tmp_path, owner).keep([event(1, call=owner)])
    writer = Writer(Ledger(engine, pool).write, Spool(tmp_path, "a"), pool)
    writer.inherit({"a", "c"})
    writer.flush()
    with operator(engine) as session:
        assert set(session.scalars(select(CallEvent.call))) == {"a", "b-a"}
    assert Spool(tmp_path, "c").size > 0  # it lives, and writes its own
    assert Spool(tmp_path, "a").size == Spool(tmp_path, "b-a").size == 0


def test_two_survivors_do_not_both_take_a_batch(tmp_path: Path) -> None:
    dead, one, other = (Spool(tmp_path, owner) for owner in ("dead", "one", "other"))
    for number in range(10):
        dead.keep([event(number)])
    assert (one.others(), other.others()) == ({"dead"}, {"dead"})
    assert one.claim("dead") == 10
    assert other.claim("dead") == 0
    assert one.size > other.size == 0


def test_a_batch_that_was_claimed_is_passed_over(tmp_path: Path) -> None:
    """The dead one came back, and read its folder before the other claimed the batch."""
    back, survivor = Spool(tmp_path, "back"), Spool(tmp_path, "survivor")
    back.keep([event(1)])
    (batch,) = back.batches()
    survivor.claim("back")
    assert back.read(batch) == []
    back.forget(batch)
    assert [survivor.read(path) for path in survivor.batches()] == [[event(1)]]


def test_a_half_written_batch_is_removed_by_its_owner_alone(tmp_path: Path) -> None:
    Spool(tmp_path, "a").keep([event(1)])
    part = tmp_path / f"{1:020d}-{1:06d}-a.jsonl.17.abcd.part"
    part.write_bytes(b"half")
    Spool(tmp_path, "b")
    assert part.exists()
    Spool(tmp_path, "a")
    assert not part.exists()


def test_the_alarm_is_given_once_for_each_crossing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = len(orjson.dumps(event(1))) + 1
    spool = Spool(tmp_path, "a", limit=10 * one)
    for _ in range(9):
        spool.keep([event(1)])
    assert caplog.text.count("the spool is") == 1
    assert spool.fraction == pytest.approx(0.9)
    for batch in spool.batches()[:5]:
        spool.forget(batch)
    for _ in range(4):
        spool.keep([event(1)])
    assert caplog.text.count("the spool is") == 2


ACTS = ["keep", "crash", "write", "write and crash", "claim", "come back"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from("abc"), st.sampled_from("abc")), max_size=30))
def test_every_fact_is_written_once_whoever_dies_when(tmp_path: Path, acts: list[tuple[str, str, str]]) -> None:
    """Controllers keep, crash, come back, claim, and crash between writing a batch and forgetting it."""
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    live: dict[str, Spool] = {}
    kept: set[int] = set()
    table: dict[int, int] = {}  # what has a key is there once, however often it is written

    def write(spool: Spool, forget: bool = True) -> None:
        for batch in spool.batches():
            for fact in spool.read(batch):
                table[fact["sequence"]] = table.get(fact["sequence"], 0) + 1
            if not forget:
                return
            spool.forget(batch)

    for act, who, other in acts:
        spool = live.setdefault(who, Spool(folder, who))
        match act:
            case "keep":
                spool.keep([event(len(kept)), event(len(kept) + 1)])
                kept |= {len(kept), len(kept) + 1}
            case "crash" | "come back":
                live[who] = Spool(folder, who)
            case "write":
                write(spool)
            case "write and crash":
                write(spool, forget=False)
                live[who] = Spool(folder, who)
            case "claim" if other != who:
                spool.claim(other)
    survivor = Spool(folder, "survivor")
    for owner in survivor.others():
        survivor.claim(owner)
    write(survivor)
    assert set(table) == kept
    assert survivor.size == 0
    assert list(folder.iterdir()) == []


def test_a_database_that_hangs_does_not_hold_up_the_disk(
    engine: Engine, pool: ThreadPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.calls.writer.ANSWERS", 0.05)
    lock = get_original("threading", "Lock")()
    lock.acquire()
    ledger = Ledger(engine, pool)

    def hanging(facts: list[Fact]) -> None:
        with lock:
            ledger.write(facts)

    spool = Spool(tmp_path / "spool", "a")
    writer = Writer(hanging, spool, Threads(1))
    for number in range(3):
        writer.put(event(number))
        writer.flush()
        writer.keep(STORED | {"command": str(number)})
    assert writer.away
    assert len(spool.batches()) == 6
    lock.release()
    with gevent.Timeout(10):
        while spool.size:
            writer.flush()
            gevent.sleep(0.01)
    assert (rows(engine), rows(engine, Intent), writer.away) == (3, 3, False)


def test_new_facts_are_written_while_a_long_spool_is(
    engine: Engine, pool: ThreadPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.calls.writer.TURN", 0.0)
    spool = Spool(tmp_path / "spool", "a")
    for number in range(20):
        spool.keep([event(number, call="old")])
    ledger = Ledger(engine, pool)
    seen: list[str] = []

    def write(facts: list[Fact]) -> None:
        seen.extend(fact["call"] for fact in facts)
        if len(seen) < 5:
            writer.put(event(len(seen), call="new"))
        ledger.write(facts)

    writer = Writer(write, spool, pool)
    running = gevent.spawn(writer.run)
    with gevent.Timeout(10):
        while spool.size:
            gevent.sleep(0.01)
    running.kill()
    assert "new" in seen[:4]
    assert rows(engine) == len(seen)

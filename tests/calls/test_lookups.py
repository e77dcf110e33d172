"""Hours, lists, counters and requests, answered for a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from gevent.monkey import get_original
from gevent.pywsgi import WSGIServer
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from conf import outgoing
from conf.snapshot import Snapshot
from controller.calls.ledger import Ledger, intent_fact
from controller.calls.lookups import Lookups, saved_from
from controller.calls.spool import Fact, SpoolFull
from controller.flow.commands import CheckHours, CheckList, Count, Counted, Hours, Replied, Request
from controller.flow.problem import FlowError

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
Make = Callable[..., Snapshot]


class Shop:
    """A web server of the subscriber's."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = "200 OK"
        self.body = b'{"status": "on its way", "items": [{"name": "baguette"}]}'
        self.server = WSGIServer(("127.0.0.1", 0), self, log=None)
        self.server.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/orders"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read()
        self.asked.append({"key": environ.get("HTTP_IDEMPOTENCY_KEY"), "body": body})
        start_response(self.status, [("Content-Type", "application/json")])
        return [self.body]


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.server.stop()


@pytest.fixture
def lookups(engine: Engine, pool: ThreadPool) -> Lookups:
    def send(*arguments: Any, **options: Any) -> outgoing.Reply:
        return outgoing.fetch(*arguments, allow=("127.0.0.0/8",), **options)

    return Lookups(Ledger(engine, pool), send, lambda zone: MORNING.astimezone(ZoneInfo(zone)))


def test_the_schedule_is_read_in_the_subscribers_time(lookups: Lookups, snapshot: Make) -> None:
    subscriber = snapshot(schedules={"office": {"name": "office", "hours": {"mon-fri": ["08:30-12:30"]}}})
    assert lookups.perform(CheckHours("office"), subscriber, "c", "1").state == "open"
    elsewhere = snapshot(version=2, time_zone="America/New_York", schedules=subscriber.schedules)
    answer = lookups.perform(CheckHours("office"), elsewhere, "c", "1")
    assert isinstance(answer, Hours)
    assert answer.state == "closed"


def test_a_list_tells_its_action(lookups: Lookups, snapshot: Make) -> None:
    entries = [{"number": "+33899*"}]
    unwanted = {"name": "unwanted", "kind": "black", "entries": entries, "action": {"reject": "CALL_REJECTED"}}
    subscriber = snapshot(lists={"unwanted": unwanted})
    answer = lookups.perform(CheckList("unwanted", "+33899123456"), subscriber, "c", "1")
    assert (answer.listed, answer.action, answer.argument) == (True, "reject", "CALL_REJECTED")
    assert not lookups.perform(CheckList("unwanted", "+33123456789"), subscriber, "c", "1").listed


@pytest.mark.parametrize("command", [CheckHours("gone"), CheckList("gone", "1")])
def test_what_is_not_there_breaks_the_flow(lookups: Lookups, snapshot: Make, command: Any) -> None:
    with pytest.raises(FlowError, match="gone"):
        lookups.perform(command, snapshot(), "c", "1")


def test_a_counter_moves_once_for_each_command(lookups: Lookups, snapshot: Make) -> None:
    subscriber = snapshot()
    assert lookups.perform(Count("visits"), subscriber, "c", "1") == Counted(1)
    assert lookups.recover(Count("visits"), subscriber, "c", "1") == Counted(1)
    assert lookups.perform(Count("visits"), subscriber, "c", "2") == Counted(2)


def test_a_request_fills_variables(lookups: Lookups, snapshot: Make, shop: Shop) -> None:
    save = (("status", "$.status"), ("first", "$.items[0].name"), ("none", "$.nothing"))
    replied = lookups.perform(Request("POST", shop.url, body="{}", save=save), snapshot(), "c1", "7")
    assert replied == Replied("ok", 200, (("status", "on its way"), ("first", "baguette")))
    assert shop.asked == [{"key": "c1/7", "body": b"{}"}]


def test_an_error_of_the_server_is_a_failure(lookups: Lookups, snapshot: Make, shop: Shop) -> None:
    shop.status = "503 Busy"
    replied = lookups.perform(Request("GET", shop.url), snapshot(), "c1", "7")
    assert (replied.outcome, replied.status) == ("failed", 503)


def test_a_request_that_another_controller_finished_is_not_sent_again(
    lookups: Lookups, snapshot: Make, shop: Shop
) -> None:
    request = Request("POST", shop.url, save=(("status", "$.status"),))
    first = lookups.perform(request, snapshot(), "c1", "7")
    assert lookups.recover(request, snapshot(), "c1", "7") == first
    assert len(shop.asked) == 1


def test_a_request_in_flight_when_its_controller_died_is_unknown(
    engine: Engine, pool: ThreadPool, lookups: Lookups, snapshot: Make, shop: Shop
) -> None:
    Ledger(engine, pool).intend(intent_fact(1, "c1", "7", "POST", shop.url, 1e9))
    assert lookups.recover(Request("POST", shop.url), snapshot(), "c1", "7").outcome == "unknown"
    assert shop.asked == []
    again = lookups.recover(Request("POST", shop.url, safe_to_repeat=True), snapshot(), "c1", "7")
    assert again.outcome == "ok"
    assert shop.asked[0]["key"] == "c1/7"


def test_a_request_that_another_process_has_noted_is_not_sent(
    engine: Engine, pool: ThreadPool, lookups: Lookups, snapshot: Make, shop: Shop
) -> None:
    """Both have the call for a moment: one was stopped, and goes on."""
    Ledger(engine, pool).intend(intent_fact(1, "c1", "7", "POST", shop.url, 1e9))
    answer = lookups.perform(Request("POST", shop.url), snapshot(), "c1", "7")
    assert isinstance(answer, Replied)
    assert (answer.outcome, shop.asked) == ("unknown", [])


def test_a_request_that_was_never_sent_is_sent_now(lookups: Lookups, snapshot: Make, shop: Shop) -> None:
    assert lookups.recover(Request("POST", shop.url), snapshot(), "c1", "9").outcome == "ok"


def test_our_own_network_is_not_asked(engine: Engine, pool: ThreadPool, snapshot: Make, shop: Shop) -> None:
    guarded = Lookups(Ledger(engine, pool), outgoing.fetch, lambda zone: MORNING)
    assert guarded.perform(Request("GET", shop.url), snapshot(), "c", "1").outcome == "failed"
    assert shop.asked == []


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff\xfe", b"[" * 100_000])
def test_an_answer_that_is_no_json_fills_nothing(body: bytes) -> None:
    assert saved_from(body, (("a", "$.a"),)) == ()


def test_a_saved_value_is_bounded() -> None:
    ((_, value),) = saved_from(b'{"a": "' + b"x" * 10_000 + b'"}', (("a", "$.a"),))
    assert len(value) == 200


def test_an_entry_of_a_list_ends_on_its_day(lookups: Lookups, snapshot: Make) -> None:
    entries = [{"number": "+33611111111", "until": "2026-11-22"}, {"number": "+33622222222", "until": "2026-11-23"}]
    subscriber = snapshot(lists={"guests": {"name": "guests", "kind": "white", "entries": entries}})
    assert not lookups.perform(CheckList("guests", "+33611111111"), subscriber, "c", "1").listed
    assert lookups.perform(CheckList("guests", "+33622222222"), subscriber, "c", "1").listed


def test_an_answer_is_kept_until_the_schedule_changes(engine: Engine, pool: ThreadPool, snapshot: Make) -> None:
    clock = [MORNING.replace(hour=12, minute=29, second=50)]
    lookups = Lookups(Ledger(engine, pool), outgoing.fetch, lambda zone: clock[0])
    subscriber = snapshot(schedules={"office": {"name": "office", "hours": {"mon-fri": ["08:30-12:30"]}}})
    assert lookups.perform(CheckHours("office"), subscriber, "c", "1").state == "open"
    clock[0] = MORNING.replace(hour=12, minute=30)
    assert lookups.perform(CheckHours("office"), subscriber, "c", "2").state == "closed"


class Away(Ledger):
    """A ledger whose database is away for as long as it is told."""

    away = True

    def _in_thread(self, function: Any) -> Any:
        if self.away:
            raise OperationalError("insert", {}, Exception("away"))
        return super()._in_thread(function)


class Disk:
    """Where facts are kept; `full` takes none."""

    def __init__(self) -> None:
        self.kept: list[Fact] = []
        self.full = False

    def keep(self, fact: Fact) -> None:
        if self.full:
            raise SpoolFull
        self.kept.append(fact)


@pytest.fixture
def away(engine: Engine, pool: ThreadPool) -> Away:
    return Away(engine, pool)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def apart(away: Away, disk: Disk) -> Lookups:
    """Lookups whose database is away."""

    def send(*arguments: Any, **options: Any) -> outgoing.Reply:
        return outgoing.fetch(*arguments, allow=("127.0.0.0/8",), **options)

    return Lookups(away, send, lambda zone: MORNING, disk.keep, disk.kept.append)


def test_a_request_goes_out_while_the_database_is_away(
    apart: Lookups, away: Away, disk: Disk, snapshot: Make, shop: Shop
) -> None:
    """First it is on disk, then its mark on the channel, then it is sent; the database has all of it later, once."""
    seen: list[tuple[str, int, int]] = []
    answer = apart.perform(
        Request("POST", shop.url), snapshot(), "c", "1", lambda key: seen.append((key, len(disk.kept), len(shop.asked)))
    )
    assert isinstance(answer, Replied)
    assert (answer.outcome, len(shop.asked)) == ("ok", 1)
    assert seen == [("1", 1, 0)]
    away.away = False
    away.write(disk.kept)
    away.write(disk.kept)
    assert away.outcome(1, "c", "1")["outcome"] == "ok"


def test_the_mark_comes_before_every_request(lookups: Lookups, snapshot: Make, shop: Shop) -> None:
    """Also while the database is there: whoever takes the call over may find it away."""
    seen: list[int] = []
    lookups.perform(Request("POST", shop.url), snapshot(), "c", "1", lambda _: seen.append(len(shop.asked)))
    assert (seen, len(shop.asked)) == ([0], 1)


def test_a_request_that_could_not_be_marked_is_not_sent(lookups: Lookups, snapshot: Make, shop: Shop) -> None:
    def lost(_: str) -> None:
        raise ConnectionError("the call is another controller's")

    with pytest.raises(ConnectionError):
        lookups.perform(Request("POST", shop.url), snapshot(), "c", "1", lost)
    assert shop.asked == []


@pytest.mark.parametrize(("safe", "outcome", "sent"), [(True, "ok", 1), (False, "failed", 0)])
def test_what_can_be_noted_nowhere_is_sent_only_when_it_may_be_sent_twice(
    apart: Lookups, disk: Disk, snapshot: Make, shop: Shop, safe: bool, outcome: str, sent: int
) -> None:
    disk.full = True
    answer = apart.perform(Request("POST", shop.url, safe_to_repeat=safe), snapshot(), "c", "1")
    assert isinstance(answer, Replied)
    assert (answer.outcome, len(shop.asked)) == (outcome, sent)


@pytest.mark.parametrize(("marked", "safe", "outcome", "sent"), [
    (True, False, "unknown", 0),
    (True, True, "ok", 1),
    (False, False, "ok", 1),
    (None, False, "unknown", 0),
    (None, True, "ok", 1),
])  # fmt: skip
def test_a_request_is_recovered_while_the_database_is_away(
    apart: Lookups,
    disk: Disk,
    snapshot: Make,
    shop: Shop,
    marked: bool | None,
    safe: bool,
    outcome: str,
    sent: int,
) -> None:
    marks: list[str] = []
    command = Request("POST", shop.url, safe_to_repeat=safe)
    answer = apart.recover(command, snapshot(), "c", "1", marked, marks.append)
    assert isinstance(answer, Replied)
    assert (answer.outcome, len(shop.asked)) == (outcome, sent)
    assert marks == ["1"] * sent
    assert len(disk.kept) == 2 * sent  # the intent, and how it ended


def test_a_mark_without_a_row_was_perhaps_sent(lookups: Lookups, snapshot: Make, shop: Shop) -> None:
    """The one who sent it has noted it on its own disk, which we do not see."""
    answer = lookups.recover(Request("POST", shop.url), snapshot(), "c", "1", True)
    assert isinstance(answer, Replied)
    assert (answer.outcome, shop.asked) == ("unknown", [])


def test_an_answer_is_heard_although_it_cannot_be_noted(
    away: Away, disk: Disk, snapshot: Make, shop: Shop
) -> None:
    away.away = False

    def send(*arguments: Any, **options: Any) -> outgoing.Reply:
        away.away = True
        return outgoing.fetch(*arguments, allow=("127.0.0.0/8",), **options)

    lookups = Lookups(away, send, lambda zone: MORNING, disk.keep, disk.kept.append)
    answer = lookups.perform(Request("POST", shop.url), snapshot(), "c", "1")
    assert isinstance(answer, Replied)
    assert answer.outcome == "ok"
    assert [fact["state"] for fact in disk.kept] == ["done"]


def test_what_counts_while_the_database_is_away_is_counted_later(
    apart: Lookups, away: Away, disk: Disk, snapshot: Make
) -> None:
    assert apart.perform(Count("visits"), snapshot(), "c1", "1") == Counted(None)
    away.away = False
    away.write(disk.kept)
    assert apart.perform(Count("visits"), snapshot(), "c2", "1") == Counted(2)


def test_what_is_counted_later_outlives_this_process(away: Away, disk: Disk, snapshot: Make) -> None:
    """It is on disk before the call goes on; in memory only when the disk is full."""
    queue: list[Fact] = []
    lookups = Lookups(away, outgoing.fetch, lambda zone: MORNING, disk.keep, queue.append)
    lookups.perform(Count("visits"), snapshot(), "c1", "1")
    assert ([fact["table"] for fact in disk.kept], queue) == (["counter_hit"], [])
    disk.full = True
    lookups.perform(Count("visits"), snapshot(), "c2", "1")
    assert (len(disk.kept), [fact["call"] for fact in queue]) == (1, ["c2"])


def test_a_database_that_hangs_holds_no_call_for_long(
    engine: Engine, pool: ThreadPool, snapshot: Make, shop: Shop, monkeypatch: pytest.MonkeyPatch, disk: Disk
) -> None:
    monkeypatch.setattr("controller.calls.ledger.PATIENCE", 0.05)
    lock = get_original("threading", "Lock")()
    lock.acquire()

    def send(*arguments: Any, **options: Any) -> outgoing.Reply:
        return outgoing.fetch(*arguments, allow=("127.0.0.0/8",), **options)

    class Hanging(Ledger):
        def _session(self, *arguments: Any, **options: Any) -> Any:
            with lock:
                return super()._session(*arguments, **options)

    lookups = Lookups(Hanging(engine, pool), send, lambda zone: MORNING, disk.keep, disk.kept.append)
    for number in range(5):  # more than there are threads
        answer = lookups.perform(Request("POST", shop.url), snapshot(), f"c{number}", "1")
        assert isinstance(answer, Replied)
        assert answer.outcome == "ok"
    lock.release()
    Ledger(engine, pool).write(disk.kept)
    assert all(Ledger(engine, pool).outcome(1, f"c{number}", "1")["outcome"] == "ok" for number in range(5))

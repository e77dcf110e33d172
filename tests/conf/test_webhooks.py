"""Webhooks against a real receiver: each event once, in the order of its call, signed, never to a private place."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.event import Event
from gevent.pywsgi import WSGIServer
from sqlalchemy import Engine, select

from conf import webhooks
from conf.database import operator, scoped
from conf.models import CallEvent, Subscriber, Webhook, WebhookDelivery
from conf.problems import ConfigurationError
from conf.webhooks.deliver import DELAYS, LEASE, claim
from tests.conf.conftest import about

SECRET = "the-web-secret-of-the-tests"
LOOPBACK = ("127.0.0.0/8",)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Receiver:
    """A web server that keeps what it is sent; `answers` gives the status of the next ones, then 200."""

    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hold: Event | None = None
    arrived: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.server = WSGIServer(("127.0.0.1", 0), self.take, log=None)
        self.server.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    @property
    def told(self) -> list[tuple[str, int]]:
        return [(body["call"], body["sequence"]) for body in map(json.loads, (body for _, body in self.got))]

    def take(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read()
        status = self.answers.pop(0) if self.answers else 200
        self.got.append(({key: value for key, value in environ.items() if key.startswith("HTTP_")}, body))
        self.arrived.set()
        if self.hold:
            self.hold.wait(10)
        start_response(f"{status} X", [("Location", self.url)])
        return [b""]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.stop()


@dataclass
class House:
    """Two subscribers, and a clock of its own."""

    engine: Engine
    martin: int
    duval: int
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.seconds = 0.0
        self.collector = self.new_collector()

    def new_collector(self) -> webhooks.Collector:
        return webhooks.Collector(self.engine, lambda: self.seconds)

    def hook(self, url: str, *events: str, owner: int | None = None) -> tuple[int, str]:
        with operator(self.engine) as session:
            looked_at = webhooks.newest(session)
        with scoped(self.engine, owner or self.martin) as session:
            given = webhooks.Given("shop", url, events)
            hook, secret = webhooks.create(session, given, looked_at=looked_at, secret=SECRET, allow=LOOPBACK)
            return hook.id, secret

    def event(self, call: str, sequence: int, kind: str = "ended", *, owner: int | None = None, **more: Any) -> None:
        with operator(self.engine) as session:
            session.add(
                CallEvent(
                    call=call,
                    sequence=sequence,
                    at=NOW,
                    kind=kind,
                    data={"n": 1},
                    subscriber_id=owner or self.martin,
                    **more,
                )
            )

    def collect(self) -> int:
        return self.collector.collect(self.now)

    def deliver(self, worker: str = "ui-1", allow: tuple[str, ...] = LOOPBACK) -> int:
        return webhooks.deliver(self.engine, worker, SECRET, lambda: self.now, allow=allow)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds

    def all(self) -> list[WebhookDelivery]:
        with operator(self.engine, read_only=True) as session:
            found = list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))
            session.expunge_all()
            return found


@pytest.fixture
def house(engine: Engine, two: tuple[int, int]) -> House:
    return House(engine, *two)


def test_an_event_is_told_once_and_signed(house: House, receiver: Receiver) -> None:
    _, secret = house.hook(receiver.url)
    house.event("c1", 1)
    assert house.collect() == 1
    assert house.collect() == 0
    assert house.deliver() == 1
    assert house.deliver() == 0
    ((headers, body),) = receiver.got
    told = json.loads(body)
    assert told == {
        "id": headers["HTTP_SOUFFLEUR_DELIVERY"],
        "event": "ended",
        "call": "c1",
        "sequence": 1,
        "at": NOW.isoformat(),
        "subscriber": "martin",
        "data": {"n": 1},
    }
    assert headers["HTTP_SOUFFLEUR_EVENT"] == "ended"
    assert headers["HTTP_SOUFFLEUR_SIGNATURE"] == webhooks.signature(secret, int(NOW.timestamp()), body)


def test_the_example_in_the_documentation_knows_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    example: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0], example)
    at, body = int(time.time()), b'{"id": "delivery-1"}'
    header = webhooks.signature("whsec_x", at, body)
    assert example["is_genuine"]("whsec_x", header, body)
    assert not example["is_genuine"]("whsec_y", header, body)
    assert not example["is_genuine"]("whsec_x", header, body + b" ")
    assert not example["is_genuine"]("whsec_x", webhooks.signature("whsec_x", at - 301, body), body)
    assert not example["is_genuine"]("whsec_x", "", body)


def test_the_secret_is_not_in_the_database(house: House, receiver: Receiver) -> None:
    _, secret = house.hook(receiver.url)
    with operator(house.engine) as session:
        assert secret.encode() not in session.scalars(select(Webhook.secret)).one()


def test_only_the_chosen_events_of_the_own_calls_from_now_on(house: House, receiver: Receiver) -> None:
    house.event("old", 1)
    house.hook(receiver.url, "offered", "ended")
    house.event("c1", 1, "offered")
    house.event("c1", 2, "command")
    house.event("c2", 1, "ended", owner=house.duval)
    house.collect()
    house.deliver()
    assert receiver.told == [("c1", 1)]


def test_a_call_s_events_come_in_order_and_others_do_not_wait(house: House, receiver: Receiver) -> None:
    house.hook(receiver.url)
    for sequence in (1, 2, 3):
        house.event("a", sequence)
    house.event("b", 1)
    house.collect()
    receiver.answers = [500]
    house.deliver()
    assert receiver.told == [("a", 1), ("b", 1)]
    house.later(DELAYS[0])
    house.deliver()
    assert receiver.told[2:] == [("a", 1), ("a", 2), ("a", 3)]


def test_what_fails_is_tried_for_most_of_a_day_then_given_up_and_the_next_follows(
    house: House, receiver: Receiver
) -> None:
    hook, _ = house.hook(receiver.url)
    house.event("a", 1)
    house.event("a", 2)
    house.collect()
    receiver.answers = [503] * (len(DELAYS) + 1)
    for delay in DELAYS:
        assert house.deliver() == 1
        house.later(delay - 1)
        assert house.deliver() == 0
        house.later(1)
    assert timedelta(hours=12) < house.now - NOW <= timedelta(hours=24)
    assert house.deliver() == 2
    first, second = house.all()
    assert (first.state, first.status, first.attempts) == ("failed", 503, len(DELAYS) + 1)
    assert webhooks.reason(first.error) == "The server answered 503."
    assert (second.state, second.status) == ("delivered", 200)
    with scoped(house.engine, house.martin) as session:
        assert webhooks.replay_failed(session, hook, house.now) == 1
    house.deliver()
    assert [row.state for row in house.all()] == ["delivered", "delivered"]


def test_a_delivery_is_sent_again_when_asked(house: House, receiver: Receiver) -> None:
    hook, _ = house.hook(receiver.url)
    house.event("a", 1)
    house.collect()
    house.deliver()
    with scoped(house.engine, house.martin) as session:
        webhooks.replay(session, hook, house.all()[0].id, house.now)
    house.deliver()
    assert len({body for _, body in receiver.got}) == 1
    assert len(receiver.got) == 2
    with scoped(house.engine, house.duval) as session, pytest.raises(LookupError):
        webhooks.replay(session, hook, house.all()[0].id, house.now)


def test_two_processes_send_nothing_twice_and_keep_the_order(house: House, receiver: Receiver) -> None:
    house.hook(receiver.url)
    for sequence in range(1, 6):
        for call in "abcd":
            house.event(call, sequence)
    collectors = [house.new_collector(), house.new_collector()]
    gevent.joinall([gevent.spawn(one.collect, NOW) for one in collectors], raise_error=True)
    work = [gevent.spawn(house.deliver, f"ui-{number}") for number in (1, 2)]
    gevent.joinall(work, raise_error=True)
    house.deliver()
    assert sorted(receiver.told) == [(call, sequence) for call in "abcd" for sequence in range(1, 6)]
    for call in "abcd":
        assert [sequence for told, sequence in receiver.told if told == call] == [1, 2, 3, 4, 5]


def test_a_dead_process_s_delivery_is_taken_up(house: House, receiver: Receiver) -> None:
    house.hook(receiver.url)
    house.event("a", 1)
    house.collect()
    with operator(house.engine) as session:
        assert len(claim(session, "dead", house.now, 5)) == 1
    assert house.deliver() == 0
    house.later(LEASE)
    assert house.deliver() == 1
    assert receiver.told == [("a", 1)]


def test_a_receiver_that_hangs_leaves_room_for_others(house: House, receiver: Receiver) -> None:
    slow = Receiver(hold=Event())
    try:
        house.hook(slow.url)
        house.hook(receiver.url, owner=house.duval)
        for number in range(20):
            house.event(f"m{number}", 1)
        house.event("d", 1, owner=house.duval)
        house.collect()
        working = gevent.spawn(house.deliver)
        assert receiver.arrived.wait(10)
        assert len(slow.got) <= 4
        slow.hold.set()
        working.get(timeout=20)
        assert len(slow.got) == 20
    finally:
        slow.server.stop()


def test_what_becomes_visible_late_is_told_too(house: House, receiver: Receiver) -> None:
    """On PostgreSQL a row with a lower id may be committed after one with a higher id."""
    house.hook(receiver.url)
    house.event("a", 2, id=1000)
    assert house.collect() == 1
    house.later(30)
    assert house.collect() == 0
    house.event("a", 1, id=999)
    assert house.collect() == 1
    house.later(31)
    house.collect()
    house.later(61)
    assert house.collect() == 0
    with operator(house.engine, read_only=True) as session:
        assert session.scalars(select(Webhook.looked_at)).one() == 1000


@pytest.mark.parametrize("status", [302, 404, 410])
def test_only_success_is_success(house: House, receiver: Receiver, status: int) -> None:
    house.hook(receiver.url)
    house.event("a", 1)
    house.collect()
    receiver.answers = [status]
    house.deliver()
    assert [(row.state, row.status) for row in house.all()] == [("waiting", status)]
    assert len(receiver.got) == 1


def test_a_private_address_is_refused(house: House, receiver: Receiver) -> None:
    house.hook(receiver.url.replace("127.0.0.1", "localhost"))
    house.event("a", 1)
    house.collect()
    house.deliver(allow=())
    assert receiver.got == []
    assert "not public" in webhooks.reason(house.all()[0].error)
    with scoped(house.engine, house.martin) as session, pytest.raises(ConfigurationError) as refused:
        webhooks.create(session, webhooks.Given("x", "http://10.0.0.1/"), looked_at=0, secret=SECRET)
    assert refused.value.problems[0].field == "url"


def test_what_is_wrong_is_said_by_field(house: House) -> None:
    with scoped(house.engine, house.martin) as session, pytest.raises(ConfigurationError) as refused:
        webhooks.create(session, webhooks.Given(" ", "ftp://x", ("nonsense",)), looked_at=0, secret=SECRET)
    assert [problem.field for problem in refused.value.problems] == ["name", "url", "events"]


def test_a_webhook_that_is_off_is_told_nothing_of_meanwhile(house: House, receiver: Receiver) -> None:
    hook, _ = house.hook(receiver.url)
    house.event("waits", 1)
    house.collect()
    _switch(house, hook, receiver.url, active=False)
    house.event("meanwhile", 1)
    house.collect()
    assert house.deliver() == 0
    _switch(house, hook, receiver.url, active=True)
    house.collect()
    house.deliver()
    assert receiver.told == [("waits", 1)]


def _switch(house: House, hook: int, url: str, *, active: bool) -> None:
    with operator(house.engine, read_only=True) as session:
        looked_at = webhooks.newest(session)
    with scoped(house.engine, house.martin) as session:
        given = webhooks.Given("shop", url, (), active)
        webhooks.change(session, webhooks.read(session, hook), given, looked_at=looked_at, allow=LOOPBACK)


def test_a_test_arrives(house: House, receiver: Receiver) -> None:
    hook, _ = house.hook(receiver.url)
    with scoped(house.engine, house.martin) as session:
        webhooks.send_test(session, webhooks.read(session, hook), "martin", house.now)
    house.deliver()
    assert json.loads(receiver.got[0][1])["event"] == "test"


def test_a_webhook_that_is_removed_takes_its_deliveries_along(house: House, receiver: Receiver) -> None:
    hook, _ = house.hook(receiver.url)
    house.event("a", 1)
    house.collect()
    with scoped(house.engine, house.martin) as session:
        webhooks.remove(session, webhooks.read(session, hook))
    assert house.deliver() == 0
    assert house.all() == []


def test_old_deliveries_are_forgotten_but_not_what_waits(house: House, receiver: Receiver) -> None:
    house.hook(receiver.url)
    house.event("a", 1)
    house.collect()
    house.deliver()
    house.event("b", 1)
    house.collect()
    house.later(31 * 86400)
    fresh = house.new_collector()
    fresh.collect(house.now)
    fresh.forget_old(house.now, 3600.0)
    assert [row.call for row in house.all()] == ["a", "b"]  # what it may have missed is not known yet
    house.collector.collect(house.now)
    house.collector.forget_old(house.now, 3600.0)
    assert [row.call for row in house.all()] == ["b"]
    assert house.collect() == 0


def test_subscribers_have_webhooks_of_the_same_name(house: House, receiver: Receiver) -> None:
    house.hook(receiver.url)
    house.hook(receiver.url, owner=house.duval)
    with pytest.raises(ConfigurationError):
        house.hook(receiver.url)
    with operator(house.engine) as session:
        session.add(Subscriber(doc=about("third")))
    with scoped(house.engine, house.duval) as session:
        assert [hook.name for hook in webhooks.listed(session)] == ["shop"]

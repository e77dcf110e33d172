"""Leases: one process a name, and peers who see who lives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine

from controller.calls.fleet import Fleet
from controller.calls.lease import LASTS, Lease, twin


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_lease_belongs_to_the_last_process_of_a_name(engine: Engine, pool: ThreadPool) -> None:
    fleet = Fleet(engine, pool)
    overtaken: list[int] = []
    first = Lease(fleet, "a", dict, lambda: overtaken.append(1))
    second = Lease(fleet, "a", dict, lambda: overtaken.append(2))
    first.renew("http://x", "fs")
    second.renew("http://x", "fs")
    assert second.epoch == first.epoch + 1
    second.renew("http://x", "fs")
    first.renew("http://x", "fs")
    assert (first.overtaken, second.overtaken, overtaken) == (True, False, [1])


def test_peers_see_who_lives_and_what_it_says_of_itself(engine: Engine, pool: ThreadPool) -> None:
    clock = Clock()
    fleet = Fleet(engine, pool, clock)
    epoch = fleet.start("a", "http://a", "fs1", LASTS, {"calls": 1})
    fleet.start("b", "http://b", "fs2", LASTS, {})
    clock.now += timedelta(seconds=LASTS - 1)
    assert fleet.renew("a", epoch, LASTS, {"calls": 2})
    clock.now += timedelta(seconds=2)
    found = {peer.id: peer for peer in fleet.peers()}
    assert (found["a"].alive, found["b"].alive) == (True, False)
    assert (found["a"].state, found["a"].freeswitch, found["a"].url) == ({"calls": 2}, "fs1", "http://a")


def test_a_controller_that_leaves_is_not_waited_for(engine: Engine, pool: ThreadPool) -> None:
    fleet = Fleet(engine, pool)
    lease = Lease(fleet, "a", dict, lambda: None)
    lease.renew("http://a", "fs")
    lease.leave()
    assert [peer.alive for peer in fleet.peers()] == [False]


def test_a_controller_that_was_gone_for_a_day_is_forgotten(engine: Engine, pool: ThreadPool) -> None:
    clock = Clock()
    fleet = Fleet(engine, pool, clock)
    fleet.start("old", "http://a", "fs", LASTS, {})
    clock.now += timedelta(days=2)
    fleet.start("new", "http://b", "fs", LASTS, {})
    assert [peer.id for peer in fleet.peers()] == ["new"]


@pytest.mark.parametrize(
    ("state", "answer", "found"),
    [
        ({}, "0000000a", "http://a"),
        ({}, "00000001", ""),  # that is we
        ({}, "", ""),  # it hangs: its calls are taken over
        ({}, None, ""),
        ({"draining": True}, "0000000a", ""),  # it goes
    ],
)
def test_a_second_process_of_a_name_does_not_begin(
    engine: Engine, pool: ThreadPool, state: dict[str, object], answer: str | None, found: str
) -> None:
    fleet = Fleet(engine, pool)
    fleet.start("a", "http://a", "fs", LASTS, state)
    assert twin(fleet, "a", "00000001", lambda _: answer) == found
    assert twin(fleet, "b", "00000001", lambda _: answer) == ""

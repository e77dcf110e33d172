"""A real FreeSWITCH is killed, hangs, or reloads its event socket under calls: what the board says, and what becomes
of the calls."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import gevent
import pytest

from conf.freeswitch import find_binary
from tests.calls.live import Live, free_port, running
from tests.outside.real import RealOutside, start_real
from tests.real.conftest import missing
from tests.real.switch import Refused

SAID_WITHIN = 5.0  # seconds


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealOutside, int, int]]:
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    offer, directory = free_port(), free_port()
    real = start_real(binary, tmp_path_factory.mktemp("freeswitch"), offer, directory)
    yield real, offer, directory
    real.switch.stop()


@pytest.fixture
def live(outside: tuple[RealOutside, int, int], tmp_path: Path) -> Iterator[Live]:
    real, offer, directory = outside
    with running(real, tmp_path, offer, directory) as here:
        yield here


def switch_state(live: Live) -> str:
    assert live.controller
    return str(live.controller.state()["switch"]["state"])


def said(live: Live, state: str, begun: float) -> float:
    """Wait until the board says so; the seconds it took since `begun`."""
    live.until(lambda: switch_state(live) == state, SAID_WITHIN + 1)
    took = time.monotonic() - begun
    assert took < SAID_WITHIN
    print(f"{state} after {took:.2f} s")
    return took


def test_a_killed_freeswitch_and_the_next_one(live: Live) -> None:
    outside = live.outside
    assert isinstance(outside, RealOutside)
    assert live.controller
    switch = outside.switch
    outside.phone("101")
    outside.from_trunk("+33123456784")
    outside.from_trunk("+33123456785")
    outside.from_trunk("+33123456780")
    lost = {live.reaches("read")["call"], live.reaches("wait")["call"]}
    lost.add(live.until(lambda: next((call for call in live.calls() if call["talking_to"] == "101"), None))["call"])
    begun = time.monotonic()
    os.kill(switch.pid, signal.SIGKILL)
    said(live, "down", begun)
    switch._process.wait()
    assert {call["call"] for call in live.calls()} == lost  # nobody knows yet what became of them
    switch.start()
    assert live.controller.link.wait_up(20)
    records = live.until(lambda: live.records() if len(live.records()) >= 3 else None, 20)
    assert {record.call for record in records} == lost
    assert {record.disposition for record in records} == {"lost"}
    assert all(record.problem.startswith("FreeSWITCH restarted: the call was lost between") for record in records)
    live.until(lambda: not live.calls())
    assert {event.call for event in live.events("gap")} == lost
    assert len(live.events("gap")) == 3
    (down,), (up,) = live.events("freeswitch_down"), live.events("freeswitch_up")
    assert (down.subscriber_id, up.subscriber_id, up.data["since"]) == (None, None, down.data["since"])
    assert live.controller.state()["switch"]["uptime"] < 60
    # Phones, trunks, jobs and calls work again.
    outside.phone("102")
    caller = outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended(15)
    assert live.record(3).disposition == "served"
    far = outside.trunk(talks=0.3)
    live.control.ask("POST", "/v1/originate", {"subscriber": "martin", "extension": "102", "to": "199"})
    assert (live.record(4, 20).disposition, far.rung) == ("answered", 1)
    assert outside.from_phone("102", "199").has_ended(15)
    assert (live.record(5, 20).disposition, far.rung) == ("answered", 2)
    assert len(live.records()) == 6


def test_a_freeswitch_that_hangs_for_a_while(live: Live) -> None:
    outside = live.outside
    assert isinstance(outside, RealOutside)
    assert live.controller
    caller = outside.from_trunk("+33123456785")
    assert caller.hears_something()
    live.reaches("wait")
    begun = time.monotonic()
    os.kill(outside.switch.pid, signal.SIGSTOP)
    try:
        said(live, "silent", begun)
        with suppress(Refused):
            assert live.control.status()["freeswitch"] is False
    finally:
        os.kill(outside.switch.pid, signal.SIGCONT)
    begun = time.monotonic()
    assert live.controller.link.wait_up(20)
    print(f"up after {time.monotonic() - begun:.2f} s")
    assert [call["node"] for call in live.calls()] == ["wait"]
    caller.presses("1")
    assert caller.has_ended(15)
    assert live.record().disposition == "served"
    assert live.events("gap") == []


@pytest.mark.slow
def test_a_freeswitch_that_hangs_while_calls_begin(live: Live) -> None:
    """Some of them wait for the reply to a command just then, longer than any reply may take otherwise."""
    outside = live.outside
    assert isinstance(outside, RealOutside)
    callers = []
    for _ in range(14):
        callers.append(outside.from_trunk("+33123456785"))
        gevent.sleep(0.015)
    os.kill(outside.switch.pid, signal.SIGSTOP)
    gevent.sleep(12.0)
    os.kill(outside.switch.pid, signal.SIGCONT)
    live.until(lambda: [call["doing"] for call in live.calls()] == ["Collect"] * 14)
    assert all(caller.hears_something() for caller in callers)
    for caller in callers:
        caller.presses("1")
    records = live.until(lambda: live.records() if len(live.records()) == 14 else None, 30)
    assert {(record.disposition, record.problem) for record in records} == {("served", "")}


def test_every_connection_is_cut_under_calls(live: Live) -> None:
    """FreeSWITCH offers the calls again, and nobody takes them for lost meanwhile."""
    outside = live.outside
    assert isinstance(outside, RealOutside)
    assert live.controller
    claire = outside.phone("101")
    waits, talks = outside.from_trunk("+33123456785"), outside.from_trunk("+33123456780")
    assert waits.hears_something()
    waiting = live.reaches("wait")["call"]
    talking = live.until(lambda: next((call for call in live.calls() if call["talking_to"] == "101"), None))["call"]
    begun = time.monotonic()
    cut(live)
    live.until(lambda: live.controller.link.state != "up")
    assert live.controller.link.wait_up(10)
    print(f"up after {time.monotonic() - begun:.2f} s")
    assert live.records() == []
    waits.presses("1")  # while nobody listens
    assert waits.has_ended(15)
    record = live.record()
    assert (record.call, record.disposition, live.path(record)) == (waiting, "served", ["wait", "end"])
    shown = live.until(lambda: next((call for call in live.calls() if call["call"] == talking), None))
    assert shown["talking_to"] == "101"  # without a socket of its own
    claire.calls[0].send("BYE")
    assert talks.has_ended(15)
    record = live.record(1)
    assert (record.call, record.disposition) == (talking, "answered")
    assert live.events("gap") == []
    assert len(live.records()) == 2


def cut(live: Live) -> None:
    """End every connection between FreeSWITCH and the controller, as a firewall that restarts would."""
    assert live.controller
    sockets = [live.controller.link.connection.sock]
    sockets += [one._session.sock for one in live.controller.switchboard._live.values()]
    for sock in sockets:
        sock.shutdown(socket.SHUT_RDWR)

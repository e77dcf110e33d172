"""FreeSWITCH goes and comes back: the calls it lost are on record as lost, and new ones are taken."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import gevent
import pytest

from controller.calls import monitor
from controller.esl.errors import NoReply
from controller.terminal import Refused
from tests.calls.live import Live
from tests.outside.virtual import VirtualOutside


def test_a_restarted_freeswitch(live: Live) -> None:
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    live.outside.from_trunk("+33123456784")
    live.reaches("read")
    begun = time.time()
    gevent.spawn(live.outside.switch.restart, 0.5)
    live.until(lambda: live.controller.link.state != "up")
    record = live.record(within=15)
    assert (record.disposition, live.path(record)) == ("lost", ["read"])
    assert record.problem.startswith("FreeSWITCH restarted: the call was lost between 20")
    (gap,) = live.until(lambda: live.events("gap"))
    assert (gap.call, gap.data["reason"]) == (record.call, "restarted")
    assert begun - 1.5 < gap.data["after"] <= gap.data["before"] < time.time()
    assert live.controller.link.wait_up(15)
    assert live.calls() == []
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    caller.presses("2#")
    assert caller.has_ended()
    assert live.record(1).disposition == "served"


def test_calls_outlive_the_connection_of_the_monitor(live: Live) -> None:
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    caller = live.outside.from_trunk("+33123456785")
    assert caller.hears_something()
    live.outside.switch.drop_connections(outbound=False)
    live.until(lambda: live.controller.link.state != "up")
    assert live.controller.link.wait_up(15)
    gevent.sleep(1.5)  # longer than FreeSWITCH's list of channels is late, after which calls are compared
    assert [call["node"] for call in live.calls()] == ["wait"]
    caller.presses("1")
    assert caller.has_ended()
    assert live.record().disposition == "served"


def test_a_call_that_freeswitch_forgot_ends_as_lost(live: Live) -> None:
    """The socket is still open, but there is no such channel any more: reconciling ends the session."""
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    live.outside.from_trunk("+33123456785")
    uuid = live.reaches("wait")["uuid"]
    live.until(lambda: live.reaches("wait")["doing"] == "Collect")
    live.outside.switch.channels.pop(uuid).runner.kill(block=False)
    live.controller.monitor.reconcile(live.controller.link.connection)
    assert live.record().disposition == "lost"
    assert live.record().problem.startswith("FreeSWITCH lost the call between")
    assert live.calls() == []


def test_a_call_that_talks_without_a_socket_is_lost_with_freeswitch(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    monkeypatch.setattr("controller.calls.sweep.UNTAKEN", 0.1)
    live.outside.phone("101")
    live.outside.from_trunk("+33123456780")
    call = live.until(lambda: next((call for call in live.calls() if call["talking_to"] == "101"), None))["call"]
    switch = live.outside.switch
    switch.drop_connections()
    live.until(lambda: live.events("attended"))
    for _ in range(2):  # it is followed over each new connection
        switch.drop_connections()
        live.until(lambda: live.controller.link.state != "up")
        assert live.controller.link.wait_up(15)
    assert [(one["call"], one["talking_to"]) for one in live.calls()] == [(call, "101")]
    gevent.spawn(switch.restart, 0.2)
    record = live.record(within=15)
    assert (record.call, record.disposition) == (call, "lost")
    assert record.problem.startswith("FreeSWITCH restarted")
    assert live.calls() == []
    assert len(live.events("attended")) == len(live.events("gap")) == 1


def test_a_freeswitch_that_does_not_come_back(live: Live) -> None:
    """What became of the call is not known, and after a while its record says so."""
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    live.outside.from_trunk("+33123456785")
    uuid = live.reaches("wait")["uuid"]
    live.outside.switch.stop()
    live.until(lambda: live.controller.link.state == "down")
    gap = live.controller.monitor.gone(uuid, patience=0.2)
    assert gap
    assert gap.text().startswith("FreeSWITCH has not answered since 20")
    assert live.records() == []  # the call itself is waited for longer
    assert [call["node"] for call in live.calls()] == ["wait"]
    live.controller.stop()  # and no controller goes without its records
    (record,) = live.records()
    assert (record.disposition, record.problem.partition(" since ")[0]) == ("lost", "FreeSWITCH has not answered")


def test_every_connection_breaks_and_comes_back(live: Live) -> None:
    """FreeSWITCH offers the calls again: none is lost, though nobody could be asked for a while."""
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    switch = live.outside.switch
    callers = [live.outside.from_trunk("+33123456785") for _ in range(5)]
    assert all(caller.hears_something() for caller in callers)
    live.until(lambda: len(live.calls()) == 5)
    for _ in range(3):
        switch.drop_connections()
        live.until(lambda: live.controller.link.state != "up")
        assert live.controller.link.wait_up(15)
    for caller in callers:
        caller.presses("1")
    assert all(caller.has_ended(15) for caller in callers)
    records = live.until(lambda: live.records() if len(live.records()) == 5 else None)
    assert {record.disposition for record in records} == {"served"}
    assert live.events("gap") == []


def test_a_call_that_begins_while_freeswitch_is_compared_is_no_ghost(live: Live) -> None:
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    live.outside.switch.show_lag = 60.0  # its list is very late
    live.outside.from_trunk("+33123456785")
    live.reaches("wait")
    comparing = gevent.spawn(live.controller.monitor.reconcile, live.controller.link.connection)
    live.outside.from_trunk("+33123456785")
    comparing.get(timeout=10)
    live.until(lambda: [call["node"] for call in live.calls()] == ["wait", "wait"])
    assert live.records() == []


def test_what_others_subscribed_is_subscribed_on_every_connection(live: Live) -> None:
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    heard: list[str] = []
    reconciled: list[object] = []

    def stumble(event: object) -> None:
        raise RuntimeError("a handle that fails")

    def stumble_too(connection: object) -> None:
        reconciled.append(connection)
        raise RuntimeError("a callback that fails")

    watch = live.controller.monitor
    watch.subscribe(stumble, "CHANNEL_CREATE")
    watch.subscribe(lambda event: heard.append(event.name), "CHANNEL_CREATE", "CHANNEL_DESTROY")
    watch.subscribe(lambda event: heard.append(event.subclass), subclasses=("sofia::register", "sofia::expire"))
    watch.on_reconciled(stumble_too)
    watch.on_reconciled(reconciled.append)
    for connection in (1, 2):
        live.outside.switch.drop_connections(outbound=False)
        live.until(lambda: live.controller.link.state != "up")
        assert live.controller.link.wait_up(15)
        live.until(lambda count=2 * connection: len(reconciled) == count)
        heard.clear()
        assert live.outside.from_trunk("+33999999999").has_ended(15)
        live.until(lambda: "CHANNEL_DESTROY" in heard)
        assert heard.count("CHANNEL_CREATE") == 1
        for listener in live.outside.switch.listeners:
            if not listener.outbound:
                assert {"sofia::register", "sofia::expire"} <= listener.kinds


def test_what_is_asked_of_a_call_while_freeswitch_hangs(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(live.outside, VirtualOutside)
    monkeypatch.setattr("controller.calls.control.PATIENCE", 0.2)
    caller = live.outside.from_trunk("+33123456785")
    assert caller.hears_something()
    call = live.reaches("wait")["call"]
    live.outside.switch.faults.silent = True
    with pytest.raises(Refused, match="FreeSWITCH: it does not answer now"):
        live.control.ask("POST", f"/v1/calls/{call}/hang_up")
    assert caller.has_ended()  # it had been heard


class Unanswered:
    """A connection whose first questions get no answer."""

    def __init__(self, times: int, takes: float) -> None:
        self.times, self.takes, self.now = times, takes, 0.0

    def clock(self) -> float:
        return self.now

    def api(self, command: str, timeout: float) -> str:
        if self.times:
            self.times -= 1
            self.now += self.takes
            raise NoReply(command)
        return "UP"


@pytest.mark.parametrize(
    ("times", "takes", "silent"),
    [(0, 0.0, False), (1, monitor.SIGN_OF_LIFE, True), (1, 30.0, False), (2, 30.0, True)],
)
def test_a_controller_that_stood_still_blames_nobody(times: int, takes: float, silent: bool) -> None:
    connection: Any = Unanswered(times, takes)
    nobody: Any = None
    watch = monitor.Monitor(nobody, nobody, "a", clock=connection.clock)
    with pytest.raises(NoReply) if silent else contextlib.nullcontext():
        watch.check(connection)


@pytest.mark.parametrize("reason", ["restarted", "forgotten", "unknown"])
def test_a_gap_is_told_in_words(reason: str) -> None:
    gap = monitor.Gap(reason, 1_800_000_000.0, 1_800_000_060.9)  # type: ignore[arg-type]
    assert "2027-01-15 08:00:00 UTC" in gap.text()
    assert "2027-01-15 08:01:00 UTC" in gap.text()
    assert gap.told() == {"reason": reason, "after": 1_800_000_000.0, "before": 1_800_000_060.9}

"""FreeSWITCH goes and comes back: the calls it lost are on record as lost, and new ones are taken."""

from __future__ import annotations

import gevent

from tests.calls.live import Live
from tests.outside.virtual import VirtualOutside


def test_a_restarted_freeswitch(live: Live) -> None:
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    live.outside.from_trunk("+33123456784")
    live.reaches("read")
    gevent.spawn(live.outside.switch.restart, 0.5)
    live.until(lambda: live.controller.link.state != "up")
    record = live.record(within=15)
    assert (record.disposition, live.path(record)) == ("lost", ["read"])
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
    """The socket is still open, but the channel is in no list: reconciling ends the session."""
    assert isinstance(live.outside, VirtualOutside)
    assert live.controller
    live.outside.from_trunk("+33123456785")
    uuid = live.reaches("wait")["uuid"]
    switch = live.outside.switch
    switch.channels.pop(uuid)
    live.controller.monitor.reconcile(live.controller.link.connection)
    assert live.record().disposition == "lost"
    assert live.calls() == []

"""Many calls at once, whose callers leave when they like: each is on record once, and nothing is left of any."""

from __future__ import annotations

import gc
import random
from collections import Counter

import gevent
import pytest

from tests.calls.live import Live

CALLS = 200
FLOWS = ("+33123456789", "+33123456782", "+33123456784", "+33123456780", "+33123456781", "+33999999999")


def greenlets() -> int:
    gc.collect()
    return sum(isinstance(one, gevent.Greenlet) and not one.dead for one in gc.get_objects())


def test_two_hundred_calls_end_at_any_moment(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(20261123)
    assert live.controller
    live.outside.phone("101", talks=0.5)
    live.outside.phone("102", busy=True)
    live.outside.trunk(plays=0.5, talks=0.5)
    warm = live.outside.from_trunk("+33123456780")
    assert warm.has_ended(20)
    live.until(lambda: not live.calls() and not live.controller.server.sessions)
    before = greenlets()
    people = []
    for number in range(CALLS):
        caller = live.outside.from_trunk(chance.choice(FLOWS), caller=f"+336{number:08d}")
        if chance.random() < 0.6:
            caller.presses(chance.choice(("1", "2#", "3", "102", "*", "9", "#")), after=chance.uniform(0, 2))
        caller.hangs_up(after=chance.choice((0.0, chance.uniform(0, 0.2), chance.uniform(0, 6), 30.0)))
        people.append(caller)
        gevent.sleep(chance.uniform(0, 0.01))
    for caller in people:
        assert caller.has_ended(60)
    live.until(lambda: not live.calls() and not live.controller.server.sessions, 20)
    assert live.controller.writer.drain(10)
    taken = live.controller.switchboard.taken
    records = live.records()
    assert len(records) == taken
    assert len({record.call for record in records}) == taken
    assert taken > CALLS / 2  # the others had left before they were taken
    for kind in ("offered", "ended"):
        assert set(Counter(event.call for event in live.events(kind)).values()) == {1}
        assert len(live.events(kind)) == taken
    dispositions = Counter(record.disposition for record in records)
    # Lost: the caller left between our connection and our asking for events, so FreeSWITCH never said how it ended.
    # Where FreeSWITCH leaves accounts of its calls, they take the place of these.
    assert dispositions.pop("lost", 0) <= CALLS / 20
    assert not set(dispositions) - {"abandoned", "answered", "busy", "failed", "served", "no_answer"}
    assert min(dispositions[one] for one in ("abandoned", "answered", "served")) > 5
    assert live.controller.writer.lost == live.controller.switchboard.dropped == 0
    live.until(lambda: greenlets() <= before)
    assert len(live.controller.journal._followers) == 0
    assert [record.getMessage() for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")] == []

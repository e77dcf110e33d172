"""A day in little: people call at random moments and do what they like while their controllers are killed."""

from __future__ import annotations

import pytest

from bench.day import Day, live_through

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
CALLS = 100


def test_a_hundred_calls_while_controllers_are_killed() -> None:
    told = live_through(Day(calls=CALLS, rate=4.0, every=3.0, seed=20261123))
    verdict = told.verdict
    assert (verdict.dropped, verdict.doubled, verdict.unwritten) == ({}, {}, {}), "\n".join(verdict.faults())
    assert sum(verdict.sources.values()) == CALLS
    assert not any(verdict.left.values())
    assert sum(told.kills.values()) >= 3
    assert verdict.adopted > 0
    assert told.complaints == []

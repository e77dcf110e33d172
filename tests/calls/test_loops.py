"""When a call has come back to itself often enough."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from controller.calls.loops import MOST, MOST_ANONYMOUS, WITHIN, Loops

KEY = (1, "+33611111111", "+33123456789")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def loops(clock: Clock) -> Loops:
    return Loops(clock)


def test_the_sixth_round_is_a_loop(loops: Loops) -> None:
    with ExitStack() as calls:
        for _ in range(MOST):
            assert not loops.closes(KEY)
            calls.enter_context(loops.round(KEY, lambda: True))
        assert loops.closes(KEY)
        for other in ((2, *KEY[1:]), (1, "+33622222222", KEY[2]), (*KEY[:2], "+33123456780")):
            assert not loops.closes(other)
    assert not loops.closes(KEY)
    assert not loops._live


def test_an_office_that_calls_often_but_is_not_sent_outside_is_none(loops: Loops) -> None:
    with ExitStack() as calls:
        for _ in range(50):
            calls.enter_context(loops.round(KEY, lambda: False))
        assert not loops.closes(KEY)


def test_calls_of_long_ago_do_not_count(loops: Loops, clock: Clock) -> None:
    with ExitStack() as calls:
        for _ in range(50):
            clock.now += WITHIN / MOST
            assert not loops.closes(KEY)
            calls.enter_context(loops.round(KEY, lambda: True))


@pytest.mark.parametrize("caller", ["", "anonymous"])
def test_callers_who_hide_their_number_are_many(loops: Loops, caller: str) -> None:
    key = (1, caller, "+33123456789")
    with ExitStack() as calls:
        for _ in range(MOST_ANONYMOUS):
            assert not loops.closes(key)
            calls.enter_context(loops.round(key, lambda: True))
        assert loops.closes(key)

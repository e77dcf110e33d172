"""The states of a fax: a far end that is told of no page twice, whatever dies, and an end to everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fax.jobs import (
    TERMINAL,
    Cancelled,
    Converting,
    Failed,
    Progress,
    Queued,
    Retrying,
    Sending,
    Sent,
    State,
    Uncertain,
    Waiting,
)
from fax.ladder import CAUSES, Outcome

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CODES = st.integers(0, 61)


def sending(pages: int = 3) -> Sending:
    return Queued(NOW).convert().converted(pages).send("A", NOW)


def test_a_fax_that_goes_well() -> None:
    state = sending().confirmed(1).confirmed(3).ended(Outcome("A", 0), NOW)
    assert state == Sent()


def test_what_is_confirmed_is_not_sent_again() -> None:
    after = sending().confirmed(2).ended(Outcome("A", 49, pages=2), NOW)
    assert isinstance(after, Retrying)
    assert after.send("A", NOW).start == 2
    assert after.send("A", NOW).progress.calls == 2


def test_confirmations_never_go_back() -> None:
    assert sending().confirmed(2).confirmed(1).progress.confirmed == 2
    assert sending().confirmed(9).progress.confirmed == 3


def test_all_pages_confirmed_is_sent_whatever_came_after_the_last() -> None:
    assert sending().confirmed(3).ended(Outcome("A", 49), NOW) == Sent()
    assert sending().confirmed(3).lost() == Sent()


def test_a_lost_call_asks() -> None:
    lost = sending().confirmed(1).lost()
    assert isinstance(lost, Uncertain)
    assert lost.it_went() == Sent("went")
    again = lost.resend(NOW)
    assert again.send("A", NOW).start == 1
    assert not hasattr(lost, "send")


def test_a_lost_call_that_is_told_of_after_all_goes_on() -> None:
    lost = sending().confirmed(1).lost()
    assert isinstance(lost, Uncertain)
    assert lost.confirmed(3).ended(Outcome("A", 0), NOW) == Sent()
    assert isinstance(lost.confirmed(2).ended(Outcome("A", 49), NOW), Retrying)


def test_cancelling_a_call_lets_what_arrived_be_sent() -> None:
    assert sending().cancel().ended(Outcome("A", None, "ORIGINATOR_CANCEL", answered=False), NOW) == Cancelled()
    assert sending().cancel().ended(Outcome("A", 0), NOW) == Sent()
    assert sending().cancel().ended(Outcome("A", 49), NOW) == Cancelled()


def test_a_page_of_another_size_is_made_anew_and_keeps_its_ladder() -> None:
    queued = sending().ended(Outcome("A", 12), NOW)
    assert isinstance(queued, Queued)
    retrying = queued.convert().converted(4)
    assert isinstance(retrying, Retrying)
    assert retrying.send("A", NOW).ended(Outcome("A", 12), NOW) == Failed("size")


@pytest.mark.parametrize("state", [Sent(), Failed("busy"), Cancelled()])
def test_nothing_leaves_an_end(state: State) -> None:
    assert state.name in TERMINAL
    assert not [name for name in dir(type(state)) if callable(getattr(type(state), name)) and name[0] != "_"]


class Sender(RuleBasedStateMachine):
    """A fax, a far end that keeps the pages it got, and a sender that may die between any two steps.

    `sent` counts how often each page was put on the line; `stored` are confirmations that we know, `heard` those that
    the far end gave. A person may ask for a resend of what is uncertain.
    """

    state: State

    @initialize(pages=st.integers(1, 6))
    def begin(self, pages: int) -> None:
        self.now, self.pages = NOW, pages
        self.state = Queued(NOW)
        self.heard = 0
        self.unknown_from: int | None = None
        self.ends = 0

    @rule()
    def convert(self) -> None:
        if isinstance(self.state, Queued):
            self.state = self.state.convert()

    @rule(dies=st.booleans())
    def converted(self, dies: bool) -> None:
        if isinstance(self.state, Converting):
            self.state = self.state.dropped() if dies else self.state.converted(self.pages)

    @rule(rung=st.sampled_from("ABCDE"))
    def send(self, rung: str) -> None:
        if isinstance(self.state, Waiting | Retrying):
            self.now = max(self.now, self.state.due)
            self.state = self.state.send(rung, self.now)
            assert self.state.start >= self.state.progress.confirmed  # no page that is known to be there
            assert self.state.start >= self.heard or self.unknown_from is not None  # unless a person wanted it
            self.heard = max(self.heard, self.state.start)

    @rule(more=st.integers(1, 3), stored=st.booleans())
    def confirms(self, more: int, stored: bool) -> None:
        """The far end confirms pages; what it says may be lost with whoever was to store it."""
        if isinstance(self.state, Sending) and self.unknown_from is None:
            self.heard = min(self.pages, self.heard + more)
            if stored:
                self.state = self.state.confirmed(self.heard)
            elif self.heard > self.state.progress.confirmed:
                self.die()

    def die(self) -> None:
        assert isinstance(self.state, Sending)
        known = self.state.progress.confirmed
        self.state = self.state.lost()
        assert isinstance(self.state, Uncertain if known < self.pages else Sent)

    @rule(code=CODES)
    def ends_with(self, code: int) -> None:
        if isinstance(self.state, Sending):
            self.state = self.state.ended(Outcome(self.state.rung, code), self.now)

    @rule(cause=st.sampled_from(sorted(CAUSES)))
    def is_not_answered(self, cause: str) -> None:
        if isinstance(self.state, Sending):
            self.state = self.state.ended(Outcome(self.state.rung, None, cause, answered=False), self.now)

    @rule()
    def is_lost(self) -> None:
        if isinstance(self.state, Sending):
            self.die()

    @rule(resend=st.booleans())
    def a_person_decides(self, resend: bool) -> None:
        if isinstance(self.state, Uncertain):
            self.unknown_from = self.state.progress.confirmed
            self.state = self.state.resend(self.now) if resend else self.state.it_went()

    @precondition(lambda self: not isinstance(self.state, Sent | Failed | Cancelled))
    @rule(really=st.integers(0, 9))
    def cancel(self, really: int) -> None:
        if not really:
            assert not isinstance(self.state, Sent | Failed | Cancelled)
            self.state = self.state.cancel()

    @rule(seconds=st.floats(0, 4000))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def an_end_stays_an_end(self) -> None:
        ended = isinstance(getattr(self, "state", None), Sent | Failed | Cancelled)
        assert ended >= bool(getattr(self, "ends", 0))
        self.ends = int(ended)

    @invariant()
    def sent_means_that_it_is_there(self) -> None:
        state = getattr(self, "state", None)
        if isinstance(state, Sending):
            assert state.progress.confirmed <= state.progress.pages


TestSender = Sender.TestCase
TestSender.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_progress_is_whole_only_with_pages() -> None:
    assert not Progress(0).whole
    assert Progress(2, 2).whole

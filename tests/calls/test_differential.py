"""Generated flows and calls: the virtual switch gives the path that the phone beside the canvas gave, and so does the
replay of what was recorded.

25 calls, always the same ones. More, and others: SOUFFLEUR_EXAMPLES=200 pytest tests/calls/test_differential.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from conf.database import scoped
from conf.recorded import recorded
from controller.flow.node import registry
from controller.flow.replay import replay
from controller.flow.try_out import try_out
from tests.calls.live import Live, free_port, running
from tests.calls.whole_calls import Replies, at, play, publish
from tests.flow.known_calls import EVERY_KIND, LAST_IS_BUSY
from tests.flow.whole_flows import Whole, calls
from tests.outside.virtual import VirtualOutside

EXAMPLES = int(os.environ.get("SOUFFLEUR_EXAMPLES", "0"))
FAST = 6.0  # times the wall clock
# Nobody draws what callers say: test_differential_listening.py compares these, test_messages.py messages, test_fax.py
# faxes.
LISTENING = {"ask_slot", "intent", "who_answers", "hand_over", "robot", "record_message", "send_fax", "receive_fax"}


@pytest.fixture
def replies() -> Iterator[Replies]:
    made = Replies()
    yield made
    made.close()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    offer = free_port()
    with running(VirtualOutside(offer, speed=FAST), tmp_path, offer, free_port()) as here:
        yield here


def compare(live: Live, folder: Path, whole: Whole, replies: Replies) -> set[str]:
    """One call, three players: the same nodes left by the same exits. Returns the kinds of nodes that it walked."""
    whole = at(whole, replies.url)
    seen = try_out(whole.doc, whole.given, whole.script, whole.world)
    assert (seen.ended, seen.problems) == (True, ())
    publish(live, folder, whole)
    record = play(live, whole, replies)
    assert record.problem == ""
    walked = [(step["flow"], step["node"], step["exit"]) for step in record.path]
    assert walked == [(step.flow, step.node, step.exit) for step in seen.steps]
    assert record.subscriber_id
    with scoped(live.engine, record.subscriber_id, read_only=True) as session:
        call = recorded(session, record.call)
    assert call
    replayed = replay(whole.doc, call.entries, whole.world, given=call.given, script=whole.secrets)
    assert replayed.stopped is None
    assert replayed.seen.problems == ()
    assert replayed.seen.steps == seen.steps
    return {step.kind for step in seen.steps}


@pytest.mark.timeout(120 + 2 * EXAMPLES)
def test_the_same_way_on_the_virtual_switch(live: Live, tmp_path: Path, replies: Replies) -> None:
    walked: set[str] = set()

    @settings(
        max_examples=EXAMPLES or 25,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(calls())
    @example(LAST_IS_BUSY)
    @example(EVERY_KIND)
    def each(whole: Whole) -> None:
        walked.update(compare(live, tmp_path / "house", whole, replies))

    each()
    assert walked >= set(registry) - LISTENING

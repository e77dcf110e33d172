"""Ringing: what counts as answered, who is rung at all, and what is shown to whom is rung."""

from __future__ import annotations

from typing import Any

import pytest

from tests.calls.live import HOUSES, Live
from tests.calls.test_bad_days import break_flow
from tests.calls.test_control import ask

EXITS = dict.fromkeys(("answered", "busy", "no_answer", "failed"), "end")
TURNS = "+33123456782"


def ring(live: Live, **dial: Any) -> None:
    """The flow of TURNS rings, and hangs up."""
    node = {"kind": "dial", "ring": 2, "exits": EXITS} | dial
    break_flow(live, "turns", lambda doc: doc | {"nodes": {"ring": node, "end": {"kind": "hang_up"}}})


def test_what_a_trunk_plays_is_no_answer(live: Live) -> None:
    far = live.outside.trunk(busy=True, plays=0.5)
    caller = live.outside.from_phone("101", "199")
    assert caller.has_ended()
    record = live.record()
    assert far.rung == 1
    assert (record.disposition, record.talk, record.answered_at, record.cause) == ("busy", 0, None, "USER_BUSY")
    assert live.events("connected") == []


def test_a_caller_who_leaves_while_a_trunk_plays_has_not_talked(live: Live) -> None:
    far = live.outside.trunk(no_answer=True, plays=0.0)
    caller = live.outside.from_phone("101", "199")
    assert caller.gets_early_media()
    assert far.rung == 1
    caller.hangs_up()
    record = live.record()
    assert (record.disposition, record.talk, record.hung_up_by) == ("abandoned", 0, "caller")


def test_talking_begins_with_the_answer(live: Live) -> None:
    live.outside.trunk(plays=1.0, talks=0.5)
    caller = live.outside.from_phone("101", "199")
    assert caller.is_answered()
    assert caller.has_ended()
    record = live.record()
    assert record.disposition == "answered"
    assert 0 < record.talk < 0.9
    assert [event.data["to"] for event in live.events("connected")] == ["+33612345678"]


def test_somebody_who_plays_does_not_win_over_one_who_answers(live: Live) -> None:
    ring(live, to=["+33612345678", "101"], ring=8)
    live.outside.trunk(no_answer=True, plays=0.0)
    claire = live.outside.phone("101", talks=0.3)
    caller = live.outside.from_trunk(TURNS)
    assert caller.is_answered()
    assert caller.has_ended()
    assert claire.rung == 1
    assert [event.data["to"] for event in live.events("connected")] == ["101"]


@pytest.mark.parametrize("strategy", ["at_once", "in_turn"])
def test_a_call_is_transferred_while_others_ring(live: Live, strategy: str) -> None:
    ring(live, to=["101", "103", "101"], strategy=strategy, ring=60)
    claire = live.outside.phone("101", no_answer=True)
    paul = live.outside.phone("102", talks=0.3)
    caller = live.outside.from_trunk(TURNS)
    live.until(lambda: claire.rung)
    call = live.reaches("ring")["call"]
    assert ask(live, "POST", f"/v1/calls/{call}/transfer", {"to": "102"})[0] == 200
    assert caller.has_ended()
    assert paul.rung == 1
    record = live.record()
    assert (live.path(record), record.disposition) == (["ring", "ring", "end"], "answered")


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("{{caller_name}}", "+33123456789"),  # rubbish from a stranger
        ("{{caller}}", "+33611111111"),
        ("anonymous", "anonymous"),
        ("06 11 11 11 12", "+33611111112"),
    ],
)
def test_the_number_that_a_trunk_is_shown(live: Live, wanted: str, shown: str) -> None:
    ring(live, to=["+33612345678"], presented=wanted)
    far = live.outside.trunk(talks=0.2)
    caller = live.outside.from_trunk(TURNS, name="a'b, c")
    assert caller.has_ended()
    assert far.shown == [shown]
    assert live.record().problem == ""


def test_many_who_ring_long_in_turn(live: Live) -> None:
    ring(live, to=["101"] * 20, strategy="in_turn", ring=300)
    live.outside.phone("101", talks=0.2)
    caller = live.outside.from_trunk(TURNS)
    assert caller.has_ended()
    record = live.record()
    assert (record.disposition, record.problem) == ("answered", "")


@pytest.mark.parametrize(("subscriber", "number"), [("martin", "15"), ("duval", "110")])
def test_a_phone_calls_for_help(live: Live, subscriber: str, number: str) -> None:
    """martin has a list of his own, duval none: then Germany's plan counts."""
    live.load(HOUSES / "duval")
    far = live.outside.trunk(number, talks=0.2)
    caller = live.outside.from_phone("101", number, subscriber=subscriber)
    assert caller.is_answered()
    assert caller.has_ended()
    record = live.record()
    assert (far.rung, record.direction, record.disposition) == (1, "outbound", "answered")


def test_a_stranger_calls_for_no_help_through_a_flow(live: Live) -> None:
    ring(live, to=["15"])
    far = live.outside.trunk("15")
    caller = live.outside.from_trunk(TURNS)
    assert caller.has_ended()
    assert far.rung == 0
    assert live.record().disposition == "failed"


def test_a_flow_that_goes_on_after_the_caller_left_did_not_hang_up(live: Live) -> None:
    count = {"kind": "count", "counter": "left", "scope": "subscriber", "exits": {"next": "bye"}}
    bye = {"kind": "say", "text": {"fr": "Au revoir."}, "exits": {"next": "end"}}

    def change(doc: dict[str, Any]) -> dict[str, Any]:
        read = doc["nodes"]["read"] | {"exits": {"next": "end", "hung_up": "count"}}
        return doc | {"nodes": doc["nodes"] | {"read": read, "count": count, "bye": bye}}

    break_flow(live, "long", change)
    caller = live.outside.from_trunk("+33123456784")
    assert caller.hears_something()
    caller.hangs_up()
    record = live.record()
    assert live.path(record) == ["read", "count", "bye"]
    assert (record.hung_up_by, record.disposition, record.problem) == ("caller", "abandoned", "")

"""A robot hands a call over: who is rung is told what it learnt, in headers that no text can break."""

from __future__ import annotations

from typing import Any

from tests.calls.live import Live
from tests.calls.test_bad_days import break_flow
from tests.calls.test_ringing import EXITS, TURNS, ring

SUMMARY = 'Zoë veut 3 gâteaux; le "14", {pas} [le] 15: ${system(id)}, 100 %'


def hand_over(live: Live, **more: Any) -> None:
    node = {"kind": "hand_over", "to": ["101"], "ring": 5, "summary": SUMMARY, "exits": EXITS} | more
    first = {"kind": "set", "variables": {"day": "2026-11-24", "what": "été"}, "exits": {"next": "give"}}
    nodes = {"first": first, "give": node, "end": {"kind": "hang_up"}}
    break_flow(live, "turns", lambda doc: doc | {"start": "first", "nodes": nodes})


def test_a_person_is_told_what_the_robot_knows(live: Live) -> None:
    phone = live.outside.phone("101", talks=0.3)
    hand_over(live, slots=["day", "what"])
    assert live.outside.from_trunk(TURNS).has_ended()
    assert live.record().disposition == "answered"
    assert phone.told("X-Souffleur-Summary") == [SUMMARY]
    assert phone.told("X-Souffleur-Slot-day") == ["2026-11-24"]
    assert phone.told("X-Souffleur-Slot-what") == ["été"]


def test_what_is_too_long_is_cut_at_a_whole_character(live: Live) -> None:
    phone = live.outside.phone("101", talks=0.3)
    hand_over(live, summary="é" * 1000)
    assert live.outside.from_trunk(TURNS).has_ended()
    (told,) = phone.told("X-Souffleur-Summary")
    assert set(told) == {"é"}
    assert 100 < len(told) <= 150


def test_nothing_of_it_leaves_by_a_trunk(live: Live) -> None:
    far = live.outside.trunk("+33612345678", talks=0.3)
    hand_over(live, to=["+33612345678"])
    assert live.outside.from_trunk(TURNS).has_ended()
    assert live.record().disposition == "answered"
    assert far.told("X-Souffleur-Summary") in ([""], ["None"])


def test_a_plain_dial_tells_nothing(live: Live) -> None:
    phone = live.outside.phone("101", talks=0.3)
    ring(live, to=["101"])
    assert live.outside.from_trunk(TURNS).has_ended()
    assert phone.told("X-Souffleur-Summary") in ([""], ["None"])

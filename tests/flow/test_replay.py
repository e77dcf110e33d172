"""Replays: a recorded call walks a draft as far as its results still answer what is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from controller.flow.commands import Dialled, Digits, Hours, HungUp, Listed, Played, Replied, Result
from controller.flow.replay import Replayed, replay
from tests.flow.journal import entry, journal
from tests.flow.martin import WORLD, flow, reception
from tests.flow.whole_flows import Whole

GIVEN = {"caller": "+33611111111", "called": "+33123456789", "at": "2026-11-23T09:00"}
FIRST: list[Result | HungUp] = [Hours("open"), Listed(False)]
ANSWERED = Dialled("answered", "101", rang=3.0, talked=9.0)
SHOP: list[Result | HungUp] = [*FIRST, Digits("1", "timeout"), ANSWERED, HungUp()]
ORDERS: list[Result | HungUp] = [*FIRST, Digits("2", "timeout"), Replied("ok", 200, (("status", "ready"),)), Played()]


def record(*heard: Result | HungUp, doc: Any = None, world: Any = WORLD) -> list[dict[str, Any]]:
    """The journal of a call of the reception."""
    recording = Recorded(doc or reception(), {}, GIVEN, [])
    return journal(recording, heard)


class Recorded(Whole):
    @property
    def world(self) -> Any:
        return WORLD


def again(entries: list[dict[str, Any]], doc: Any = None, script: Any = (), go_on: bool = False) -> Replayed:
    return replay(doc or reception(), entries, WORLD, given=GIVEN, script=list(script), go_on=go_on)


def path(replayed: Replayed) -> list[str]:
    return [step.node for step in replayed.seen.steps]


def test_the_same_flow_gives_the_recorded_way() -> None:
    replayed = again(record(*SHOP))
    assert path(replayed) == ["opening", "filter", "choose", "shop", "end"]
    assert replayed.stopped is None
    assert (replayed.seen.ended, replayed.seen.cause) == (True, "NORMAL_CLEARING")
    assert replayed.dump()["stopped"] is None
    assert replayed.dump()["variables"]["answered_by"] == "101"


def test_other_words_are_no_difference() -> None:
    doc = reception(choose={"prompt": {"text": {"fr": "Autre chose."}}, "first_digit_timeout": 9.0})
    replayed = again(record(*SHOP), doc)
    assert replayed.stopped is None
    assert "Autre chose." in replayed.dump()["events"][2]["text"]


@pytest.mark.parametrize(
    ("change", "node", "was", "now"),
    [
        ({"shop": {"to": ["101", "103"]}}, "shop", "dial", "dial"),
        ({"shop": {"strategy": "in_turn"}}, "shop", "dial", "dial"),
        ({"opening": {"schedule": "shop"}}, "opening", "check_hours", "check_hours"),
        ({"filter": {"number": "{{called}}"}}, "filter", "check_list", "check_list"),
        ({"choose": {"exits": {"1": "orders", "2": "orders", "too_many": "end"}}}, "orders", "dial", "request"),
        ({"choose": {"exits": {"1": "end", "2": "orders", "too_many": "end"}}}, "end", "dial", "hang_up"),
        ({"choose": {"choices": {"#": "x", "2": "y"}}}, "choose", "dial", "collect"),
    ],
)
def test_it_stops_where_the_draft_asks_something_else(change: Any, node: str, was: str, now: str) -> None:
    replayed = again(record(*SHOP), reception(**change))
    stopped = replayed.stopped
    assert stopped
    assert stopped.recorded
    assert stopped.asked
    assert (stopped.node, stopped.recorded["type"], stopped.asked["type"]) == (node, was, now)
    assert replayed.dump()["stopped"]["index"] == stopped.index
    assert path(replayed)[-1] == node
    assert not replayed.seen.ended


def test_the_sentence_names_both_nodes() -> None:
    doc = reception(choose={"exits": {"1": "orders", "2": "orders", "too_many": "end"}})
    stopped = again(record(*SHOP), doc).dump()["stopped"]
    assert stopped["text"].startswith("The recorded call was in the node shop here; this flow is in the node orders")
    assert (stopped["index"], stopped["recorded"]["type"], stopped["asked"]["type"]) == (3, "dial", "request")


@pytest.mark.parametrize(
    ("result", "ring", "goes_on"),
    [
        (Dialled("answered", "101", rang=3.0), 10.0, True),
        (Dialled("answered", "101", rang=12.0), 10.0, False),
        (Dialled("no_answer", rang=25.0), 10.0, True),
        (Dialled("no_answer", rang=25.0), 40.0, False),
        (Dialled("busy"), 40.0, True),
        (Dialled("failed"), 10.0, True),
    ],
)
def test_a_phone_that_rings_longer_or_shorter(result: Result, ring: float, goes_on: bool) -> None:
    entries = record(*FIRST, Digits("1", "timeout"), result)[:-1]
    stopped = again([*entries, entry("ended", cause="X")], reception(shop={"ring": ring})).stopped
    assert (stopped is None or stopped.node != "shop") is goes_on


def test_keys_that_a_menu_would_take_otherwise() -> None:
    entries = record(*FIRST, Digits("102", "terminator"), Dialled("busy"), Played(), HungUp())
    assert again(entries).stopped is None
    stopped = again(entries, reception(choose={"extension_digits": 2})).stopped
    assert stopped
    assert stopped.node == "choose"


def test_with_a_script_it_goes_on_where_it_stopped() -> None:
    doc = reception(choose={"exits": {"1": "orders", "2": "orders", "too_many": "end"}})
    replayed = again(record(*SHOP), doc, go_on=True)
    assert replayed.seen.waiting
    assert replayed.seen.waiting.person == "http"
    replayed = again(record(*SHOP), doc, [{"http": {"json": {"status": "prête"}}}], go_on=True)
    assert path(replayed)[-2:] == ["tell", "goodbye"]
    assert replayed.stopped
    assert replayed.stopped.index == 3


def test_the_caller_leaves_and_what_needs_no_caller_goes_on() -> None:
    log = {"kind": "http", "url": "https://example.com/", "exits": {"ok": "end", "failed": "end", "unknown": "end"}}
    exits = {**reception()["nodes"]["choose"]["exits"], "hung_up": "log"}
    doc = reception(choose={"exits": exits}, log=log)
    entries = record(*FIRST, HungUp("ORIGINATOR_CANCEL"), Replied("ok", 204), HungUp(), doc=doc)
    replayed = again(entries, doc)
    assert path(replayed) == ["opening", "filter", "choose", "log", "end"]
    assert replayed.stopped is None
    assert replayed.seen.ended
    replayed = again(entries)
    assert path(replayed) == ["opening", "filter", "choose"]
    assert replayed.stopped
    assert replayed.stopped.index == 3
    assert replayed.stopped.text == "This flow ends the call here; the recorded call went on."


def test_a_caller_who_left_between_two_commands() -> None:
    entries = [one for one in record(*FIRST, HungUp()) if one["data"].get("index") != 2]
    replayed = again(entries)
    assert path(replayed) == ["opening", "filter", "choose"]
    assert (replayed.stopped, replayed.seen.ended) == (None, True)


# --- what a record does not tell --------------------------------------------------------------------------------------

PIN = {"kind": "collect", "prompt": {"prompt": "welcome"}, "save": "pin", "secret": True}
RIGHT = {"kind": "when", "conditions": [{"variable": "pin", "test": "is", "value": "4711"}]}
SECRET = flow(
    a=PIN | {"exits": {"ok": "b", "no_input": "c", "invalid": "c"}},
    b=RIGHT | {"exits": {"yes": "c", "no": "d"}},
    c={"kind": "hang_up"},
    d={"kind": "hang_up", "cause": "CALL_REJECTED"},
)


def test_a_secret_is_asked_for() -> None:
    entries = record(Digits("4711", "terminator"), HungUp(), doc=SECRET)
    assert "4711" not in json.dumps(entries)
    replayed = again(entries, SECRET)
    assert replayed.stopped
    assert replayed.stopped.dump()["text"] == "The caller keyed a secret here, which is not kept. Key one in to go on."
    assert replayed.seen.waiting
    replayed = again(entries, SECRET, [{"press": "4711#"}])
    assert path(replayed) == ["a", "b", "c"]
    assert replayed.stopped is None


def test_silence_at_a_secret_is_no_secret() -> None:
    assert path(again(record(Digits(), Digits(), Digits(), HungUp(), doc=SECRET), SECRET)) == ["a", "c"]


def test_what_a_web_service_answered_is_asked_for_where_it_is_not_known() -> None:
    entries = record(*ORDERS, HungUp())
    assert path(again(entries))[-2:] == ["tell", "goodbye"]
    for one in entries:
        if one["data"].get("saved"):
            one["data"]["saved"] = ["status"]
    replayed = again(entries)
    assert replayed.stopped
    assert replayed.stopped.node == "orders"
    assert "Give its answer" in replayed.stopped.text
    replayed = again(entries, None, [{"http": {"json": {"status": "prête"}}}])
    assert replayed.stopped is None
    assert replayed.seen.variables["status"] == "prête"


def test_a_line_that_nothing_needed_is_said() -> None:
    replayed = again(record(*SHOP), None, [{"press": "1"}])
    assert [problem.code for problem in replayed.seen.problems] == ["line_left"]


# --- calls that were not plain ----------------------------------------------------------------------------------------


def at(entries: list[dict[str, Any]], kind: str, index: int) -> int:
    return next(n for n, one in enumerate(entries) if one["kind"] == kind and one["data"].get("index") == index)


def test_another_controller_asked_again() -> None:
    entries = record(*SHOP)
    here = at(entries, "command", 2)
    twice = [*entries[: here + 1], entry("adopted", flow="reception"), *entries[here:]]
    assert path(again(twice)) == path(again(entries))
    assert again(twice).stopped is None


def test_another_controller_found_the_result() -> None:
    entries = record(*SHOP)
    here = at(entries, "result", 2)
    entries.insert(here, entry("adopted", flow="reception"))
    assert again(entries).stopped is None
    del entries[at(entries, "command", 2)]  # its controller died before it was written
    assert again(entries).stopped is None


def test_another_controller_heard_something_else() -> None:
    """The first one went on from 1 to a dial, and died before that was known anywhere but in its journal."""
    first, second = record(*SHOP), record(*FIRST, Digits("2", "timeout"), Replied("failed", 500), HungUp())
    both = [*first[: at(first, "command", 3) + 1], entry("adopted"), *second[at(second, "command", 2) :]]
    replayed = again(both)
    assert path(replayed) == ["opening", "filter", "choose", "orders", "shop"]
    assert replayed.stopped is None


def test_a_node_that_began_again_with_another_controller() -> None:
    entries = record(*SHOP)
    here = at(entries, "command", 2)
    later = [
        one | {"data": one["data"] | {"index": one["data"]["index"] + 1}} if "index" in one["data"] else one
        for one in entries[here:]
    ]
    replayed = again([*entries[: here + 1], entry("adopted"), *later])
    assert replayed.stopped
    assert "its node began again" in replayed.stopped.text


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (entry("redirected", to="102"), "transferred to 102"),
        (entry("offered", **{"from": "x", "to": "103", "flow": "y"}), "transferred to 103"),
        (entry("fallback", reason="no flow", to="101"), "went to its fallback: no flow"),
        (None, "The record of the call ends here."),
    ],
)
def test_a_call_that_left_its_flow(last: Any, text: str) -> None:
    entries = record(*SHOP)
    here = at(entries, "command", 3) + 1
    after = [last, *entries[here:]] if last else []
    replayed = again([*entries[:here], *after])
    assert path(replayed)[-1] == "shop"
    assert replayed.stopped
    assert text in replayed.dump()["stopped"]["text"]
    assert not replayed.seen.ended


def test_a_gap_is_told() -> None:
    entries = [one for one in record(*SHOP) if one["data"].get("index") != 1]
    stopped = again(entries).stopped
    assert stopped
    assert (stopped.index, stopped.text) == (1, "The record of the call has a gap here.")


def test_a_record_of_before_has_nothing_to_replay() -> None:
    entries = record(*SHOP)
    for one in entries:
        one["data"].pop("index", None)
    stopped = again(entries).stopped
    assert stopped
    assert stopped.index == 0


def test_a_subflow_is_replayed_too() -> None:
    inner = flow("ask", "inner", ask={"kind": "say", "text": {"fr": "?"}, "exits": {"next": "out"}})
    inner["nodes"]["out"] = {"kind": "leave", "exit": "done"}
    doc = flow("a", "main", a={"kind": "subflow", "flow": "inner", "exits": {"done": "b"}}, b={"kind": "hang_up"})
    whole = Whole(doc, inner, {}, [])
    entries = journal(whole, [Played(), HungUp("NORMAL_CLEARING")])
    replayed = replay(doc, entries, whole.world)
    assert [(step.flow, step.node) for step in replayed.seen.steps] == [
        *(("main", "a"), ("inner", "ask"), ("inner", "out"), ("main", "b"))
    ]
    assert replayed.stopped is None
    replayed = replay(doc, entries, replace(whole.world, flows={}))
    assert "There is no flow inner" in replayed.seen.dump()["problem"]["text"]


# --- whatever is sent -------------------------------------------------------------------------------------------------

SPOIL: list[Callable[[list[dict[str, Any]]], Any]] = [
    lambda entries: [],
    lambda entries: [{}],
    lambda entries: [{"kind": "result", "data": {"index": 0, "type": "nonsense"}}],
    lambda entries: [{"kind": "command", "data": {"index": "0"}}, {"kind": 5, "data": 5}],
    lambda entries: [one | {"data": one["data"] | {"saved": 5}} for one in entries],
    lambda entries: [one | {"data": one["data"] | {"type": "dial"}} for one in entries],
    lambda entries: list(reversed(entries)),
]


@pytest.mark.parametrize("spoil", SPOIL)
def test_a_spoilt_record_stops(spoil: Callable[[list[dict[str, Any]]], Any]) -> None:
    replayed = again(spoil(record(*SHOP)))
    assert replayed.stopped or replayed.seen.ended


@pytest.mark.parametrize(("doc", "script"), [(5, []), ({}, [5]), (reception(), "x"), (reception(), [{}])])
def test_what_is_sent_wrong_is_said(doc: Any, script: Any) -> None:
    assert replay(doc, record(*SHOP), WORLD, given=GIVEN, script=script).dump()["problem"]

"""The phone beside the canvas: what is given and done so far gives what is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from controller.flow.coverage import covered
from controller.flow.rehearse import rehearse
from controller.flow.try_out import Seen, try_out
from controller.flow.world import World
from tests.flow.martin import WORLD, flow, reception
from tests.flow.strategies import INNER, flows, json_values

MORNING = {"caller": "+33611111111", "called": "+33123456789", "at": "2026-11-23T09:00"}
END = {"kind": "hang_up"}


def play(*script: Any, doc: Any = None, world: World = WORLD, **given: Any) -> Seen:
    return try_out(doc or reception(), MORNING | given, list(script), world)


def kinds(seen: Seen) -> list[str]:
    return [event.type for event in seen.events]


def path(seen: Seen) -> list[str]:
    return [step.node for step in seen.steps]


def test_it_stops_where_the_caller_is_waited_for() -> None:
    seen = play()
    assert path(seen) == ["opening", "filter", "choose"]
    assert kinds(seen) == ["checked", "checked", "asked"]
    assert seen.waiting
    assert (seen.waiting.person, seen.waiting.node) == ("keys", "choose")
    dumped = seen.dump()
    sounds = [{"text": "Boulangerie Martin, bonjour.", "language": "fr", "prompt": "welcome"}]
    assert dumped["waiting"]["sounds"] == dumped["events"][2]["sounds"] == sounds
    assert dumped["waiting"]["command"]["type"] == "collect"
    assert dumped["events"][0] == {
        "type": "checked",
        "flow": "reception",
        "node": "opening",
        "step": 0,
        "text": "The schedule “office” is open.",
        "sounds": [],
        "values": {"schedule": "office", "state": "open", "until": "2026-11-23T12:30:00+01:00"},
    }
    assert dumped["steps"][0] == {"flow": "reception", "version": 0, "node": "opening", "kind": "hours", "exit": "open"}
    assert (dumped["ended"], dumped["cause"], dumped["problem"]) == (False, "", None)


def test_each_line_goes_one_further_and_undo_drops_the_last() -> None:
    script = [{"press": "2"}, {"http": {"status": 500}}, {"answer": "102"}]
    waits = []
    for done in range(len(script) + 1):
        seen = play(*script[:done])
        waits.append(seen.waiting.person if seen.waiting else "")
    assert waits == ["keys", "http", "phone", ""]
    assert (seen.ended, seen.cause) == (True, "NORMAL_CLEARING")
    assert kinds(seen)[3:] == ["pressed", "requested", "http", "dialled", "answered", "hung_up"]
    assert seen.variables["answered_by"] == "102"
    assert play(*script[:2]) == play(*script[:2])


def test_a_phone_rings_at_those_who_are_not_busy() -> None:
    seen = play({"press": "1"}, busy=["101"])
    assert seen.waiting
    assert seen.waiting.targets == ("102",)
    assert seen.waiting.dump()["command"]["targets"][0]["number"] == "101"
    (problem,) = play({"press": "1"}, {"answer": "101"}, busy=["101"]).problems
    assert problem.text() == "101 is not rung here; these are: 102."
    assert play({"press": "1"}, {"answer": True}, busy=["101"]).variables["answered_by"] == "102"


def test_when_all_are_busy_nobody_needs_to_say_so() -> None:
    seen = play({"press": "1"}, busy=["102", "1 0 1"])
    assert path(seen) == ["opening", "filter", "choose", "shop", "night", "goodbye"]
    assert seen.ended


def test_in_turn_the_last_phone_decides_as_on_a_switch() -> None:
    doc = reception(shop={"strategy": "in_turn"})
    seen = play({"press": "1"}, {"no_answer": "101"}, doc=doc, busy=["102"])
    assert [step.exit for step in seen.steps if step.node == "shop"] == ["busy"]
    seen = play({"press": "1"}, {"no_answer": "102"}, doc=doc, busy=["101"])
    assert [step.exit for step in seen.steps if step.node == "shop"] == ["no_answer"]


@pytest.mark.parametrize(("listed", "last"), [(True, "goodbye"), (False, "choose")])
def test_what_a_list_says_can_be_chosen(listed: bool, last: str) -> None:
    caller = "+33611111111" if listed else "+33899123456"
    seen = play(caller=caller, lists={"unwanted": listed})
    assert path(seen)[-1] == last
    assert seen.variables.get("list_action", "") == ("reject" if listed else "")
    assert seen.variables.get("list_entry", "") == (caller if listed else "")


def test_the_caller_leaves() -> None:
    seen = play({"press": "1"}, {"hang_up": "shop"})
    assert (seen.ended, seen.cause, path(seen)[-1]) == (True, "NORMAL_CLEARING", "shop")
    assert seen.events[-1].dump()["text"] == "The caller hangs up."


def test_a_node_of_a_subflow_may_be_left_by_its_full_name() -> None:
    inner = flow("ask", "inner", ask={"kind": "say", "text": {"fr": "?"}, "exits": {"next": "out"}})
    inner["nodes"]["out"] = {"kind": "leave", "exit": "done"}
    doc = flow(a={"kind": "subflow", "flow": "inner", "exits": {"done": "b"}}, b=END)
    seen = play({"hang_up": "inner/ask"}, doc=doc, world=replace(WORLD, flows={"inner": {4: inner}}))
    assert [(step.flow, step.version, step.node) for step in seen.steps] == [("main", 0, "a"), ("inner", 4, "ask")]
    assert seen.events[-1].flow == "inner"
    assert seen.path == seen.dump()["path"] == ["a", "inner/ask"]


def test_a_secret_is_not_shown() -> None:
    pin = {"kind": "collect", "prompt": {"prompt": "welcome"}, "save": "pin", "secret": True}
    doc = flow(a=pin | {"exits": {"ok": "b", "no_input": "b", "invalid": "b"}}, b=END)
    seen = play({"press": "4711#"}, doc=doc)
    assert seen.variables["pin"] == "****"
    assert "4711" not in json.dumps(seen.dump())


def test_a_line_that_does_not_fit_is_said_and_the_call_still_waits() -> None:
    seen = play({"press": "1"}, {"press": "2"})
    (problem,) = seen.problems
    assert (problem.where, problem.field, problem.code) == ("shop", "script.1", "unfit_line")
    assert seen.waiting
    assert seen.waiting.person == "phone"
    (problem,) = play({"press": "1"}, {"answer": True}, {"press": "1"}).problems
    assert (problem.field, problem.code) == ("script.2", "line_left")


def test_texts_are_told_in_the_language_asked_for() -> None:
    dumped = play({"press": "1"}).dump(lambda text: text.replace("Ringing", "Sonnerie"))
    assert dumped["events"][-1]["text"] == "Sonnerie: 101, 102"


def test_a_prompt_that_is_a_file_has_a_name_and_no_text() -> None:
    seen = play(doc=flow(a={"kind": "say", "prompt": "logo", "exits": {"next": "b"}}, b=END))
    assert seen.dump()["events"][0]["sounds"] == [{"text": "", "language": "fr", "prompt": "logo"}]


def test_a_prompt_in_another_language_says_which() -> None:
    seen = play(language="de")
    assert seen.dump()["waiting"]["sounds"][0]["language"] == "fr"


def test_a_prompt_that_does_not_exist_is_not_heard() -> None:
    seen = play(doc=flow(a={"kind": "say", "prompt": "gone", "exits": {"next": "b"}}, b=END))
    assert seen.events[0].values["heard"] is False


# --- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_walked_as_far_as_it_goes() -> None:
    doc = reception(shop={"ring": "long"}, night={"exits": {}})
    seen = play({"press": "1"}, doc=doc)
    assert path(seen) == ["opening", "filter", "choose"]
    assert [(problem.where, problem.field) for problem in seen.problems] == [("shop", "ring")]
    seen = play(doc=doc, at="2026-11-23T13:00")
    assert path(seen) == ["opening", "night"]
    assert seen.dump()["problem"]["text"] == "The exit “Next” of the node night in the flow reception leads nowhere."


def test_what_the_flow_names_and_nobody_knows_is_said_where_it_is_asked() -> None:
    doc = reception(shop={"ring": "long"})
    (problem,) = play(doc=doc, world=replace(WORLD, lists={})).problems
    assert (problem.where, problem.text()) == ("filter", "There is no list “unwanted”.")


@pytest.mark.parametrize(
    ("doc", "field"),
    [(5, ""), ({}, "name"), ({"name": "x", "nodes": {"a": END}}, "start"), ({"name": "x", "start": "a"}, "nodes")],
)
def test_what_is_no_flow_is_said(doc: Any, field: str) -> None:
    seen = try_out(doc, {}, [], WORLD)
    assert seen.problems[0].field == field
    assert seen.steps == ()


def test_a_flow_that_does_not_end_is_stopped() -> None:
    loop = flow(a={"kind": "say", "text": {"fr": "la la"}, "exits": {"next": "a"}})
    assert [problem.code for problem in play(doc=loop).problems] == ["too_long"]
    much = "{{x}}" * 300
    loop = flow(a={"kind": "say", "text": {"fr": much}, "exits": {"next": "a"}})
    seen = play(doc=loop, variables={"x": "y" * 200})
    assert [problem.code for problem in seen.problems] == ["too_long"]
    assert len(seen.events) < 10


# --- what is sent may be anything -------------------------------------------------------------------------------------

DEEP: Any = []
for _ in range(900):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("given", "script", "field"),
    [
        ([], [], "given"),
        ({"at": 5}, [], "given.at"),
        ({"at": "0001-01-01T00:00"}, [], "given.at"),
        ({"at": "9999-12-31T23:59+00:00"}, [], "given.at"),
        ({"caller": "1" * 201}, [], "given.caller"),
        ({"caller": "\ud800"}, [], "given.caller"),
        ({"variables": {"a b": "x"}}, [], "given.variables.a b"),
        ({"variables": {f"a{n}": "" for n in range(101)}}, [], "given.variables"),
        ({"counters": {"n": 10**30}}, [], "given.counters.n"),
        ({"counters": {"n": True}}, [], "given.counters.n"),
        ({"lists": {"unwanted": "yes"}}, [], "given.lists.unwanted"),
        ({"lists": {"nobody": True}}, [], "given.lists.nobody"),
        ({"busy": ["claire"]}, [], "given.busy.0"),
        ({"who": 1}, [], "given.who"),
        ({"variables": DEEP}, [], "given"),
        ({}, {}, "script"),
        ({}, ["press"], "script.0"),
        ({}, [{"press": "1", "wait": True}], "script.0"),
        ({}, [{"press": 1}], "script.0.press"),
        ({}, [{"wait": False}], "script.0.wait"),
        ({}, [{"wait": True}] * 501, "script"),
        ({}, [{"http": {"json": DEEP}}], "script"),
        ({}, [{"http": {"json": [0] * 200_000}}], "script"),
        ({}, [{"http": {"status": 99}}], "script.0.http.status"),
    ],
)
def test_what_is_sent_wrong_is_said(given: Any, script: Any, field: str) -> None:
    problem = try_out(reception(), given, script, WORLD).problems[0]
    assert problem.field == field
    assert problem.text()


def test_a_flow_too_deep_to_look_at_is_said() -> None:
    doc = reception() | {"note": DEEP}
    assert [problem.code for problem in try_out(doc, {}, [], WORLD).problems] == ["too_large"]
    doc = reception(choose={"kind": DEEP})
    assert [problem.code for problem in try_out(doc, {}, [], WORLD).problems] == ["too_large"]
    doc["nodes"]["itself"] = doc
    assert [problem.code for problem in try_out(doc, {}, [], WORLD).problems] == ["too_large"]


odd = json_values | st.text(st.characters(categories=["Cs", "Lu", "Nd"]), max_size=4) | st.integers(-(10**40), 10**40)
words = st.sampled_from(["press", "wait", "answer", "busy", "no_answer", "failed", "http", "hang_up", "x"])
likely = st.sampled_from(["1", "2", "*", "102#", True, "101", "choose", {"status": 200}, {"json": {"x": "y"}}])
lines = st.dictionaries(words, odd | likely, max_size=2) | st.fixed_dictionaries({"press": st.text("0123456789*#")})
givens = st.dictionaries(
    st.sampled_from([*MORNING, "caller_name", "language", "variables", "counters", "lists", "busy", "x"]),
    odd | st.dictionaries(st.text(max_size=5), odd, max_size=2) | st.just({"unwanted": True}) | st.just(["101"]),
    max_size=3,
)
ODD_WORLD = replace(WORLD, flows={"inner": {1: INNER}})


@st.composite
def broken_flows(draw: st.DrawFn) -> Any:
    """A flow of all kinds with something odd put anywhere into it."""
    doc = draw(flows())
    at: Any = doc
    for _ in range(draw(st.integers(1, 4))):
        key = draw(st.sampled_from(sorted(at)))
        if not isinstance(at[key], dict) or not at[key]:
            break
        at = at[key]
    at[draw(st.sampled_from(sorted(at)) | st.text(max_size=5))] = draw(odd)
    return doc


@settings(max_examples=200)
@generated(odd | flows() | broken_flows(), odd | givens, odd | st.lists(lines, max_size=8))
def test_whatever_is_sent_gives_an_answer(doc: Any, given: Any, script: Any) -> None:
    dumped = try_out(doc, given, script, ODD_WORLD).dump()
    assert json.dumps(dumped, ensure_ascii=False, allow_nan=False).encode()
    assert dumped["problem"] or dumped["waiting"] or dumped["ended"]
    if isinstance(doc, dict):
        tests = [{"name": "t", "given": given, "script": script}] if isinstance(script, list) else script
        played = rehearse(doc | {"tests": tests}, ODD_WORLD)
        assert all(problem.text() for one in played for problem in one.problems)
        assert covered(doc, played).share <= 1

"""The checker: everything wrong at once, named by node and field."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow.check import check
from controller.flow.document import Flow
from controller.flow.node import registry
from controller.flow.world import pin
from tests.flow.martin import WORLD, flow, reception
from tests.flow.strategies import INNER, KINDS, flows, json_values

END = {"kind": "hang_up"}
SAY = {"kind": "say", "text": {"fr": "Bonjour"}}
DONE = {"kind": "leave", "exit": "done"}
HOP = {"kind": "set", "variables": {"x": "1"}}


def found(doc, world=WORLD):
    """(node, field, code) of every problem, the severity of warnings in front."""
    return [
        (*(["warning"] if problem.severity == "warning" else []), problem.where, problem.field, problem.code)
        for problem in check(doc, world)
    ]


def test_nothing_is_wrong_with_the_reception():
    assert check(reception(), WORLD) == []


@pytest.mark.parametrize(
    ("doc", "problems"),
    [
        (reception(night={"exits": {}}), [("night", "exits.next", "unwired_exit")]),
        (reception(night={"exits": {"next": "moon"}}), [("night", "exits.next", "unknown_node")]),
        (reception(night={"exits": {"next": "end", "back": "end"}}), [("night", "exits.back", "unknown_exit")]),
        (reception(night={"kind": "sing"}), [("night", "kind", "unknown_kind")]),
        (reception(night={"text": {"fr": 5}}), [("night", "text.fr", "string_type")]),
        (reception(night={"colour": "red"}), [("night", "colour", "extra_forbidden")]),
        (reception(night={"prompt": "gone"}), [("night", "prompt", "unknown_prompt")]),
        (reception(choose={"prompt": {"prompt": "gone"}}), [("choose", "prompt.prompt", "unknown_prompt")]),
        (reception(choose={"again": [{"prompt": "gone"}]}), [("choose", "again.0.prompt", "unknown_prompt")]),
        (reception(opening={"schedule": "gone"}), [("opening", "schedule", "unknown_schedule")]),
        (reception(filter={"list": "gone"}), [("filter", "list", "unknown_list")]),
        (reception(shop={"to": ["101", "199"]}), [("shop", "to.1", "unknown_extension")]),
        (reception(shop={"to": ["+33612345678"]}), []),
        (reception(shop={"to": ["{{extension}}"]}), []),
        (reception(shop={"trunk": "gone"}), [("shop", "trunk", "unknown_trunk")]),
        (reception(orders={"save": {"status": "$["}}), [("orders", "save.status", "wrong_path")]),
        (reception(night={"text": {"fr": "{{weather}}"}}), [("warning", "night", "text.fr", "unknown_variable")]),
        (reception(cellar=SAY | {"exits": {"next": "end"}}), [("warning", "cellar", "", "unreachable")]),
        (reception(end={"exits": {"hung_up": "goodbye"}}), []),
    ],
)
def test_one_thing_wrong(doc, problems):
    assert found(doc) == problems


def test_a_text_missing_in_a_language_is_a_warning():
    missing = found(reception(), replace(WORLD, languages=("fr", "en")))
    assert missing == [
        ("warning", "tell", "text", "missing_language"),
        ("warning", "night", "text", "missing_language"),
    ]


def test_everything_at_once():
    doc = {"name": "x", "start": "moon", "colour": "red", "tests": [{"name": "", "script": [{}]}]}
    doc["nodes"] = {"a": {"kind": "say"}, "b": {"kind": "dial"}, "c/d": END, "e": 5, "f": {}}
    assert found(doc) == [
        ("", "colour", "extra_forbidden"),
        ("", "start", "unknown_node"),
        ("a", "", "silent"),
        ("b", "to", "missing"),
        ("c/d", "", "wrong_name"),
        ("e", "", "not_a_node"),
        ("f", "kind", "unknown_kind"),
        ("", "tests.0.name", "string_too_short"),
        ("", "tests.0.script.0", "wrong_line"),
    ]


@pytest.mark.parametrize(
    ("doc", "codes"),
    [
        (None, ["not_a_flow"]),
        ([], ["not_a_flow"]),
        ({}, ["missing", "missing", "no_nodes"]),
        ({"name": 5, "start": "a", "nodes": {"a": END}}, ["wrong_name"]),
        ({"name": "x", "start": "a", "nodes": {"a": END}, "tests": 5}, ["list_type"]),
        ({"name": "x", "start": "n0", "nodes": {f"n{n}": END for n in range(501)}}, ["too_long"]),
    ],
)
def test_a_document_that_is_no_flow(doc, codes):
    assert [problem.code for problem in check(doc) if problem.severity == "error"] == codes


def test_without_a_world_names_are_not_looked_up():
    assert check(reception(opening={"schedule": "gone"})) == []


class TestLoops:
    def test_a_loop_that_waits_for_nobody(self):
        doc = flow(a=HOP | {"exits": {"next": "b"}}, b=HOP | {"exits": {"next": "a"}})
        (problem,) = check(doc)
        assert problem.code == "endless_loop"
        assert problem.text() == "The call would go round for ever without waiting for anybody: a → b → a."

    def test_a_loop_of_requests_is_one(self):
        http = {"kind": "http", "url": "https://example.com/", "exits": {"ok": "end", "failed": "a", "unknown": "end"}}
        assert found(flow(a=http, end=END)) == [("a", "", "endless_loop")]

    def test_a_loop_a_caller_can_only_leave_by_hanging_up(self):
        assert found(flow(a=SAY | {"exits": {"next": "a"}})) == [("warning", "a", "", "idle_loop")]
        hours = {"kind": "hours", "schedule": "office", "exits": {"open": "end", "closed": "b"}}
        doc = flow(a=hours, b=SAY | {"exits": {"next": "a"}}, end=END)
        assert found(doc) == [("warning", "a", "", "idle_loop")]

    def test_a_key_ends_a_loop(self):
        menu = {"kind": "menu", "prompt": {"prompt": "welcome"}, "choices": {"1": "again"}}
        assert found(flow(a=menu | {"exits": {"1": "a", "too_many": "end"}}, end=END)) == []
        assert found(flow(a=menu | {"exits": {"1": "a", "too_many": "a"}})) == [("warning", "a", "", "idle_loop")]

    def test_a_count_ends_a_loop(self):
        http = {"kind": "http", "url": "https://example.com/", "exits": {"ok": "end", "failed": "b", "unknown": "end"}}
        count = {"kind": "count", "counter": "n", "limit": 3, "exits": {"below": "a", "reached": "end"}}
        assert found(flow(a=http, b=count, end=END)) == []


class TestSubflows:
    WORLD = replace(
        WORLD, flows={"inner": {1: flow("a", "inner", a=DONE), 2: flow("a", "inner", a=SAY | {"exits": {}})}}
    )

    def sub(self, **fields):
        return flow(a={"kind": "subflow", "flow": "inner", "version": 1, "exits": {"done": "end"}} | fields, end=END)

    def test_fits(self):
        assert found(self.sub(), self.WORLD) == []

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"exits": {"done": "end", "sold": "end"}}, ("a", "exits.sold", "unknown_exit")),
            ({"flow": "gone"}, ("a", "flow", "unknown_flow")),
            ({"version": 9}, ("a", "version", "unknown_version")),
            ({"version": 0}, ("a", "exits.done", "unknown_exit")),  # the newest, 2, has no “leave”
        ],
    )
    def test_does_not_fit(self, fields, problem):
        assert found(self.sub(**fields), self.WORLD) == [problem]

    def test_an_exit_left_unwired(self):
        assert ("a", "exits.done", "unwired_exit") in found(self.sub(exits={}), self.WORLD)

    def test_a_flow_that_enters_itself(self):
        other = flow("b", "other", b={"kind": "subflow", "flow": "main", "exits": {"done": "c"}}, c=DONE)
        world = replace(WORLD, flows={"other": {1: other}, "main": {1: flow(a=DONE)}})
        doc = flow(a={"kind": "subflow", "flow": "other", "exits": {"done": "end"}}, end=END)
        (problem,) = check(doc, world)
        assert problem.text() == "The flow would enter itself: main → other → main."

    def test_a_variable_may_come_from_the_other_flow(self):
        inner = flow("a", "inner", a={"kind": "set", "variables": {"got": "1"}, "exits": {"next": "b"}}, b=DONE)
        doc = self.sub(exits={"done": "b"})
        doc["nodes"]["b"] = SAY | {"text": {"fr": "{{got}}"}, "exits": {"next": "end"}}
        assert found(doc, replace(WORLD, flows={"inner": {1: inner}})) == []

    def test_publishing_pins_the_newest(self):
        doc = self.sub(version=0)
        assert pin(doc, {"inner": 7})["nodes"]["a"]["version"] == 7
        assert pin(self.sub(), {"inner": 7})["nodes"]["a"]["version"] == 1
        assert doc["nodes"]["a"]["version"] == 0


def test_a_secret_is_never_said():
    ask = {"kind": "collect", "prompt": {"prompt": "welcome"}, "save": "pin", "secret": True}
    ask["exits"] = {"ok": "b", "no_input": "end", "invalid": "end"}
    doc = flow(a=ask, b=SAY | {"text": {"fr": "{{pin}}"}, "exits": {"next": "end"}}, end=END)
    assert found(doc) == [("b", "text", "secret_spoken")]


def test_notes_and_positions_are_kept():
    doc = reception(night={"note": "Ask Claire", "at": [120, 40.5]})
    assert check(doc, WORLD) == []
    loaded = Flow.load(doc)
    assert (loaded.nodes["night"].note, loaded.nodes["night"].at) == ("Ask Claire", (120, 40.5))
    assert loaded.doc == doc


def said(doc, world=WORLD):
    """Check, and say every problem: a message whose fields are missing would show its braces."""
    for problem in check(doc, world):
        text = problem.text()
        assert text
        assert not any(
            "{" + name + "}" in text for name in ("field", "exit", "target", "name", "nodes", "kind", "reason")
        )


@given(json_values)
def test_any_json(doc):
    said(doc)


node_docs = st.sampled_from(list(KINDS.values())).flatmap(
    lambda node: st.dictionaries(
        st.sampled_from([*registry[node["kind"]].model_fields, "exits", "kind", "x"]), json_values, max_size=3
    ).map(lambda damage: node | damage)
)


@given(st.dictionaries(st.sampled_from("abcd"), node_docs | json_values), st.sampled_from("abcd"), json_values)
def test_any_damage(nodes, start, tests):
    said({"name": "x", "start": start, "nodes": nodes, "tests": tests})


@given(flows())
def test_any_wiring(doc):
    said(doc, replace(WORLD, flows={"inner": {1: INNER}, "main": {1: doc}}))

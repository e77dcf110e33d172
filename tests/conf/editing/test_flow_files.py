"""Flows go out as files and come back the same; two flows are told apart by what differs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conf.difference import same
from conf.editing.diff import FlowDiff, diff
from conf.editing.flow_files import export_flow, import_flow
from conf.editing.storable import unstorable

texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters=[chr(n) for n in (*range(32), 127)]), max_size=8
)
plain = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(-1e9, 1e9), texts)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
names = st.sampled_from(["a", "b", "c", "é", "nœud 4"])
nodes = st.fixed_dictionaries(
    {"kind": st.sampled_from(["say", "menu"])},
    optional={
        "exits": st.dictionaries(st.sampled_from(["next", "1"]), names, max_size=2),
        "note": texts,
        "at": st.lists(st.floats(0, 999), min_size=2, max_size=2),
        "text": values,
    },
)
documents = st.fixed_dictionaries(
    {"name": names, "start": names, "nodes": st.dictionaries(names, nodes, max_size=4)},
    optional={"tests": st.lists(values, max_size=2), "note": texts},
)


@given(documents)
@settings(max_examples=200, deadline=None)
def test_a_flow_goes_out_and_comes_back_the_same(doc: dict[str, Any]) -> None:
    assert list(unstorable(doc)) == []
    read, problems = import_flow(export_flow(doc))
    assert problems == []
    assert same(read, doc)


@given(documents, documents)
@settings(max_examples=200, deadline=None)
def test_only_equal_flows_have_no_difference(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not diff(one, one)
    assert bool(diff(one, other)) == (not same(one, other))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1, 2]", (1, "not_a_flow")),
        ("name: a\nname: b\n", (2, "given_twice")),
        ("a: [", (1, "not_yaml")),
        ("start: x\nname: a/b\nnodes: {}\n", (2, "not_a_name")),
        ("name: &x a\nstart: *x\n", (2, "not_yaml")),
        ("name: 5\n", (1, "string_type")),
        ("", (1, "not_a_flow")),
        ("\ud800", (1, "not_utf8")),
    ],
)
def test_what_is_no_flow_is_said_with_its_line(text: str, told: tuple[int, str]) -> None:
    _, problems = import_flow(text)
    assert [(problem.line, problem.code) for problem in problems] == [told]


BEFORE: dict[str, Any] = {
    "name": "f",
    "start": "hello",
    "nodes": {
        "hello": {"kind": "say", "text": {"fr": "Bonjour"}, "exits": {"next": "ask"}},
        "ask": {"kind": "menu", "choices": {"1": "shop"}, "again": [{"text": {"fr": "?"}}], "exits": {"1": "shop"}},
        "shop": {"kind": "dial", "to": ["101"], "exits": {"answered": "end"}},
        "end": {"kind": "hang_up", "at": [1, 2]},
    },
}


def edited(**nodes: Any) -> dict[str, Any]:
    return {**BEFORE, "nodes": {**BEFORE["nodes"], **nodes}}


def test_a_difference_is_told_as_people_would() -> None:
    hello = {"kind": "say", "text": {"fr": "Bonsoir", "en": "Hello"}, "exits": {"next": "shop"}}
    ask = {**BEFORE["nodes"]["ask"], "again": [{"text": {"fr": "??"}}]}
    after = {
        **edited(hello=hello, ask=ask, late={"kind": "hang_up", "cause": "USER_BUSY"}),
        "start": "ask",
        "tests": [{"name": "t"}],
    }
    del after["nodes"]["shop"]
    assert diff(BEFORE, after) == FlowDiff(
        added=("late",),
        removed=("shop",),
        changed={
            "hello": [("text.fr", "Bonjour", "Bonsoir"), ("text.en", None, "Hello"), ("exits.next", "ask", "shop")],
            "ask": [("again[0].text.fr", "?", "??")],
        },
        outline=[("start", "hello", "ask"), ("tests", None, [{"name": "t"}])],
    )


def test_a_node_of_another_name_is_the_same_node() -> None:
    nodes = {("sales" if name == "shop" else name): node for name, node in BEFORE["nodes"].items()}
    nodes["ask"] = {**nodes["ask"], "exits": {"1": "sales"}}
    found = diff(BEFORE, {**BEFORE, "nodes": nodes})
    assert (found.added, found.removed, found.renamed) == ((), (), {"sales": "shop"})
    assert found.changed == {"ask": [("exits.1", "shop", "sales")]}


def test_a_node_that_was_moved_on_the_canvas_is_not_changed() -> None:
    found = diff(BEFORE, edited(end={"kind": "hang_up", "at": [5, 2]}))
    assert (found.moved, found.changed) == (("end",), {})


def test_a_place_is_told_apart_from_what_a_node_does() -> None:
    hello = {**BEFORE["nodes"]["hello"], "at": [0, 0]}
    end = {"kind": "hang_up", "cause": "USER_BUSY", "at": [5, 2]}
    found = diff(BEFORE, edited(hello=hello, end=end))
    assert (found.moved, found.placed) == (("end",), ("hello",))
    assert found.changed == {"end": [("cause", None, "USER_BUSY")]}

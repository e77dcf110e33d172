"""Coverage: which nodes and exits a flow's tests walk."""

from __future__ import annotations

from dataclasses import replace

from controller.flow.coverage import Coverage, coverage, covered
from tests.flow.martin import WORLD, flow, reception

MORNING = {"caller": "+33611111111", "at": "2026-11-23T09:00"}


def test_nodes_and_exits_are_counted() -> None:
    found = coverage(reception(), WORLD)
    assert {name for name, times in found.nodes.items() if times} == {"opening", "filter", "choose", "shop", "end"}
    assert [name for name, times in found.exits.items() if times] == [
        *("opening.open", "filter.not_listed", "choose.1", "shop.answered")
    ]
    assert "night" in found.uncovered
    assert "choose.2" in found.uncovered
    assert 0 < found.share < 1
    assert found.dump()["nodes"]["opening"] == 1


def test_two_tests_add_up_and_a_failing_one_counts() -> None:
    doc = reception()
    doc["tests"].append({"name": "b", "given": MORNING, "script": [{"press": "1"}], "expect": {"path": ["opening"]}})
    found = coverage(doc, WORLD)
    assert found.exits["choose.1"] == 2
    assert found.exits["shop.answered"] == 1
    assert found.nodes["shop"] == 2


def test_a_flow_without_tests_is_not_covered() -> None:
    found = coverage(reception() | {"tests": []}, WORLD)
    assert set(found.uncovered) == {*found.nodes, *found.exits}
    assert found.share == 0


def test_exits_that_lead_nowhere_are_not_counted_and_those_of_a_subflow_are() -> None:
    inner = flow("out", "inner", out={"kind": "leave", "exit": "done"})
    doc = flow(a={"kind": "subflow", "flow": "inner", "exits": {"done": "b"}})
    doc["nodes"]["b"] = {"kind": "hours", "schedule": "office"}
    doc["nodes"]["b"]["exits"] = {"open": "end", "closed": "end"}
    doc["nodes"]["end"] = {"kind": "hang_up"}
    doc["tests"] = [{"name": "t", "given": MORNING}]
    found = coverage(doc, replace(WORLD, flows={"inner": {1: inner}}))
    assert found.exits == {"a.done": 1, "b.open": 1, "b.closed": 0}
    assert found.nodes == {"a": 1, "b": 1, "end": 1}


def test_what_is_no_flow_has_nothing_to_cover() -> None:
    assert covered(5, []) == Coverage()
    assert covered({"nodes": {"a": {"kind": "hang_up"}}}, []).nodes == {"a": 0}

"""The checker: everything wrong with a flow, all at once, before a caller finds out."""

from __future__ import annotations

from collections.abc import Iterator

from controller.flow import check_graph, check_names, check_speech
from controller.flow.document import MOST_NODES, Flow, read
from controller.flow.problem import Problem
from controller.flow.rehearse import read_tests
from controller.flow.world import World


def check(doc: object, world: World | None = None) -> list[Problem]:
    """List every problem of a flow document, errors first; whatever is given, nothing is raised.

    Names (schedules, lists, prompts, extensions, trunks, flows) are looked up in `world`; without one they are not.
    """
    flow, problems = read(doc)
    if flow is not None and len(flow.nodes) <= MOST_NODES:
        problems.extend(_walkable(flow))
        problems.extend(_named(flow, world) if world else ())
        problems.extend(read_tests(flow.doc)[1])
    return sorted(problems, key=lambda problem: problem.severity != "error")


def _walkable(flow: Flow) -> Iterator[Problem]:
    yield from check_graph.check_exits(flow)
    yield from check_graph.check_reach(flow)
    yield from check_graph.check_loops(flow)
    yield from check_names.check_secrets(flow)
    yield from check_speech.check_disclosure(flow)


def _named(flow: Flow, world: World) -> Iterator[Problem]:
    yield from check_names.check_names(flow, world)
    yield from check_names.check_variables(flow, world)
    yield from check_graph.check_subflows(flow, world)

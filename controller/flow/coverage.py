"""Coverage: which nodes and exits of a flow its own tests walk, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.flow.document import Flow, read
from controller.flow.node import HUNG_UP, Node
from controller.flow.rehearse import Rehearsed, rehearse
from controller.flow.world import World


@dataclass(frozen=True)
class Coverage:
    """How often each node and each exit was walked; exits are named `node.exit`, unwired ones are not counted."""

    nodes: Mapping[str, int] = field(default_factory=dict)
    exits: Mapping[str, int] = field(default_factory=dict)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Name the nodes and then the exits that no test walks."""
        return tuple(name for times in (self.nodes, self.exits) for name, walked in times.items() if not walked)

    @property
    def share(self) -> float:
        """How much of nodes and exits is walked, from 0 to 1."""
        whole = len(self.nodes) + len(self.exits)
        return 1 - len(self.uncovered) / whole if whole else 1.0

    def dump(self) -> dict[str, Any]:
        """Write it as JSON data."""
        return {"nodes": dict(self.nodes), "exits": dict(self.exits)}


def coverage(doc: Mapping[str, Any], world: World) -> Coverage:
    """Play the tests of a flow and count. What cannot be read is not walked, and not counted."""
    return covered(doc, rehearse(doc, world))


def covered(doc: object, rehearsed: Iterable[Rehearsed]) -> Coverage:
    """Count what tests walked that were played before."""
    flow, _ = read(doc)
    if flow is None:
        return Coverage()
    nodes = dict.fromkeys(flow.nodes, 0)
    exits = dict.fromkeys((f"{name}.{left}" for name, node in flow.nodes.items() for left in _wired(node)), 0)
    for step in _steps(flow, rehearsed):
        nodes[step.node] = nodes.get(step.node, 0) + 1
        left = f"{step.node}.{step.exit}"
        if left in exits:
            exits[left] += 1
    return Coverage(nodes, exits)


def _steps(flow: Flow, rehearsed: Iterable[Rehearsed]) -> Iterator[Any]:
    """The steps of tests in the flow itself; its published versions, as subflows, are other flows."""
    for one in rehearsed:
        yield from (step for step in one.steps if (step.flow, step.version) == (flow.name, flow.version))


def _wired(node: Node) -> Iterator[str]:
    return (name for name in node.wires if node.open_exits or name in (*node.exits, HUNG_UP))

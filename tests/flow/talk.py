"""Talk with one node: give it results, read what it asked and how it left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from controller.flow.call import Call
from controller.flow.commands import Command, Digits, HungUp, Result
from controller.flow.document import read_node
from controller.flow.node import Enter, Leave, Node, registry
from controller.flow.problem import Problem

NOTHING = Digits()
WAITING = "(waiting)"


def node(kind: str, exits: Mapping[str, str] | None = None, **fields: Any) -> Node:
    """Read a node as a file writes it."""
    problems: list[Problem] = []
    made = read_node("here", {"kind": kind, "exits": dict(exits or {}), **fields}, problems)
    assert made is not None, "; ".join(map(str, problems))
    return made


def wrong(kind: str, **fields: Any) -> list[tuple[str, str]]:
    """Read a node that is wrong: field and code of each problem."""
    problems: list[Problem] = []
    read_node("here", {"kind": kind, **fields}, problems)
    return [(problem.field, problem.code) for problem in problems]


def talk(
    node: Node, *heard: Result | HungUp, call: Call | None = None, **variables: str
) -> tuple[list[Command], str | Enter | Leave]:
    """Run a node: what it asked, and its exit (WAITING while it has none)."""
    call = call or Call({"language": "en", **variables})
    call.node = "here"
    steps = node.run(call)
    asked: list[Command] = []
    events: Sequence[Result | HungUp | None] = (None, *heard)
    try:
        for event in events:
            asked.append(steps.throw(event) if isinstance(event, HungUp) else steps.send(event))  # type: ignore[arg-type]
    except StopIteration as left:
        return asked, left.value
    return asked, WAITING


def pressed(keys: str) -> Digits:
    """Keys that filled the number asked for."""
    return Digits(keys, "length")


assert registry

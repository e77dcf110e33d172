"""The way a call went, in words: its nodes, and the exits it left them by as the constructor labels them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from conf.editing import flows
from controller.flow.document import read
from controller.flow.node import Node, registry

Versions = dict[tuple[str, int], Mapping[str, Node]]


@dataclass(frozen=True)
class Walked:
    """One node a call was in; `exit` is what the exit is called in the reader's language, "" where it did not leave."""

    flow: str
    version: int
    node: str
    exit: str


def walked(session: Session, subscriber_id: int, path: Iterable[Mapping[str, Any]]) -> Iterator[Walked]:
    """The path of a call record. Choices are called as in the version that was walked, as long as that is there."""
    versions: Versions = {}
    for step in path:
        flow, version, node = str(step.get("flow", "")), int(step.get("version") or 0), str(step.get("node", ""))
        if (flow, version) not in versions:
            versions[flow, version] = _nodes(session, subscriber_id, flow, version)
        left = str(step.get("exit", ""))
        title = _title(versions[flow, version].get(node), str(step.get("kind", "")), left)
        yield Walked(flow, version, node, _(title) if title else "")


def _title(node: Node | None, kind: str, left: str) -> str:
    if not left:
        return ""
    if node is not None:
        return node.exit_title(left)
    return registry[kind].title_of(left) if kind in registry else left


def _nodes(session: Session, subscriber_id: int, flow: str, version: int) -> Mapping[str, Node]:
    try:
        found, _problems = read(flows.version(session, subscriber_id, flow, version))
    except LookupError:
        return {}
    return found.nodes if found else {}

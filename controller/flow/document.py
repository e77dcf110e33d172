"""Flow: a flow document read into nodes. Reading collects every problem; nothing written in a file raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

import controller.flow.nodes  # noqa: F401  fills the registry
from controller.flow.fields import Name
from controller.flow.node import Node, registry
from controller.flow.problem import N_, FlowError, Problem
from controller.flow.reading import MESSAGES, problems_of
from controller.flow.size import fits

KEYS = frozenset({"name", "start", "nodes", "tests", "note"})
MOST_NODES = 500

_name: TypeAdapter[str] = TypeAdapter(Name)

@dataclass(frozen=True)
class Flow:
    """One version of a flow: its nodes by name. `doc` is the document it was read from, unchanged."""

    name: str
    version: int
    start: str
    nodes: Mapping[str, Node]
    doc: Mapping[str, Any] = field(repr=False, compare=False)

    @classmethod
    def load(cls, doc: Mapping[str, Any], version: int = 0) -> Flow:
        """Read a document of apply.md's form. Raises FlowError with every problem that keeps it from running."""
        flow, problems = read(doc, version)
        if flow is None or problems:
            raise FlowError(
                N_("The flow {flow} cannot run: {reasons}"),
                flow=flow.name if flow else _text(doc, "name"),
                reasons="; ".join(map(str, problems)),
                problems=tuple(problems),
            )
        return flow

    @property
    def whole(self) -> bool:
        """Whether every node could be read."""
        written = self.doc.get("nodes")
        return isinstance(written, Mapping) and len(self.nodes) == len(written)


def read(doc: object, version: int = 0) -> tuple[Flow | None, list[Problem]]:
    """Read a document. The flow holds the nodes that could be read: a draft can be walked as far as it goes.

    Wires are not looked at here: one that leads nowhere is a FlowError when a call comes to it, and the checker's.
    None when there is nothing to walk.
    """
    if not isinstance(doc, Mapping):
        return None, [Problem("", "", "not_a_flow", N_("A flow is a mapping with name, start and nodes."))]
    if not fits(doc):
        return None, [Problem("", "", "too_large", N_("The flow is too large, or too deeply nested."))]
    problems = list(_outline(doc))
    written = doc.get("nodes")
    written = written if isinstance(written, Mapping) else {}
    nodes: dict[str, Node] = {}
    for name, node_doc in written.items():
        node = read_node(name, node_doc, problems)
        if node is not None:
            nodes[name] = node
    return Flow(_text(doc, "name"), version, _text(doc, "start"), nodes, doc), problems


def _outline(doc: Mapping[Any, Any]) -> Iterator[Problem]:
    """Look at everything but the nodes."""
    for key in doc:
        if key not in KEYS:
            yield Problem("", str(key), "extra_forbidden", N_("{field} is not a part of a flow."))
    for key in ("name", "start"):
        if key not in doc:
            yield Problem("", key, "missing", MESSAGES["missing"])
        elif not is_name(doc[key]):
            yield Problem("", key, "wrong_name", WRONG_NAME)
    nodes = doc.get("nodes")
    if not isinstance(nodes, Mapping) or not nodes:
        yield Problem("", "nodes", "no_nodes", N_("A flow needs nodes: a mapping of names to nodes."))
    elif len(nodes) > MOST_NODES:
        yield Problem("", "nodes", "too_long", MESSAGES["too_long"], {"max_length": str(MOST_NODES)})
    elif is_name(doc.get("start")) and doc["start"] not in nodes:
        message = N_("The flow starts at “{target}”, which is no node.")
        yield Problem("", "start", "unknown_node", message, {"target": doc["start"]})


WRONG_NAME = N_("{field} must be a name: a text of 1 to 64 characters without “/”.")


def is_name(value: object) -> bool:
    """Whether a value can name a flow or a node."""
    try:
        _name.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


def read_node(name: object, doc: object, problems: list[Problem]) -> Node | None:
    """Read one node; what is wrong with it joins the problems."""
    where = name if isinstance(name, str) else repr(name)
    if not is_name(name):
        message = N_("A node's name is a text of 1 to 64 characters without “/”.")
        problems.append(Problem(where, "", "wrong_name", message))
        return None
    if not isinstance(doc, Mapping):
        problems.append(Problem(where, "", "not_a_node", N_("A node is a mapping with a kind.")))
        return None
    kind = doc.get("kind")
    if not isinstance(kind, str) or kind not in registry:
        message = N_("There is no node of the kind “{kind}”.") if kind is not None else MESSAGES["missing"]
        problems.append(Problem(where, "kind", "unknown_kind", message, {"kind": str(kind)}))
        return None
    try:
        return registry[kind].model_validate({key: value for key, value in doc.items() if key != "kind"})
    except ValidationError as wrong:
        problems.extend(problems_of(wrong, where))
        return None


def _text(doc: object, key: str) -> str:
    value = doc.get(key) if isinstance(doc, Mapping) else None
    return value if isinstance(value, str) else ""

"""Where a call is: the flows it is in, one inside the other, and the path of nodes it came by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from controller.flow.checkpoint import Place
from controller.flow.document import Flow
from controller.flow.problem import N_, FlowError

Library: TypeAlias = Callable[[str, int], Flow]
"""Finds a flow by name and version (0: the newest). Raises LookupError or FlowError when there is none."""


@dataclass(frozen=True)
class Step:
    """One node the call was in, and the exit it left by ("" while it is there)."""

    flow: str
    version: int
    node: str
    kind: str
    exit: str = ""


@dataclass
class Frame:
    """A flow being walked and the place of its present node in the path."""

    flow: Flow
    node: str = ""
    step: int = 0


def no_library(name: str, version: int) -> Flow:
    """Find nothing: for flows that enter no other."""
    raise LookupError(name)


def find(library: Library, name: str, version: int) -> Flow:
    """Look a flow up. Raises FlowError when the library has none."""
    try:
        return library(name, version)
    except LookupError:
        message = N_("There is no flow {flow} in version {version}.")
        raise FlowError(message, flow=name, version=str(version)) from None


def place(frame: Frame) -> Place:
    """Say where a frame is; a node that is gone has no kind."""
    node = frame.flow.nodes.get(frame.node)
    kind, revision = (node.kind, node.revision) if node else ("", 0)
    return Place(flow=frame.flow.name, version=frame.flow.version, node=frame.node, kind=kind, revision=revision)

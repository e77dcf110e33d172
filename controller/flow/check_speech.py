"""What the checker says of robots: a caller must be told that a machine is speaking."""

from __future__ import annotations

from collections.abc import Iterator

from controller.flow.document import Flow
from controller.flow.problem import N_, Problem

ROBOTS = ("ask_slot", "intent")


def check_disclosure(flow: Flow) -> Iterator[Problem]:
    """Warn of robots a call comes to without passing a node “robot”. A flow with “leave” may be entered from one."""
    if any(node.kind == "leave" for node in flow.nodes.values()):
        return
    met: set[str] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        node = flow.nodes.get(name)
        if node is None or name in met or node.kind == "robot":
            continue
        met.add(name)
        ahead.extend(node.wires.values())
    for name, node in flow.nodes.items():
        if name in met and node.kind in ROBOTS:
            message = N_("A call may come here without having heard that a robot is speaking; begin with “Robot”.")
            yield Problem(name, "", "undisclosed", message, {}, "warning")

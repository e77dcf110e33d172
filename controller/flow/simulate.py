"""The simulator: a call is its history of results. Stateless: the same history gives the same commands and path."""

from __future__ import annotations

from collections.abc import Sequence

from controller.flow.call import Call
from controller.flow.commands import Command, Done, HangUp, HungUp, Result
from controller.flow.document import Flow
from controller.flow.engine import Library, Step, Walk, no_library


def simulate(
    flow: Flow, call: Call, history: Sequence[Result | HungUp], library: Library = no_library
) -> tuple[list[Command], list[Step]]:
    """Replay a call; the last command is the one now waiting, the last step the node it is in.

    A HungUp in the history is the caller leaving; what comes after the call's end is not looked at. The call given is
    left as it is. Raises FlowError where a live call would go to its fallback.
    """
    walk = Walk(flow, Call(dict(call.variables), dict(call.secrets)), library)
    commands = [walk.begin()]
    for event in history:
        if walk.ended or (isinstance(walk.waiting, HangUp) and not isinstance(event, Done | HungUp)):
            break
        try:
            command = walk.hang_up(event.cause) if isinstance(event, HungUp) else walk.hear(event)
        except HungUp:
            break
        if command is not None:
            commands.append(command)
    return commands, walk.path

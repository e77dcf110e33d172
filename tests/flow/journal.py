"""A call's journal, as the controller writes it, of a call that no controller had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from controller.flow.call import Call
from controller.flow.commands import Command, HungUp, Replied, Result
from controller.flow.document import Flow
from controller.flow.engine import Walk
from controller.flow.recorded import shown, shown_result, without_secrets
from controller.flow.script import Run
from tests.flow.whole_flows import Whole


def journal(whole: Whole, heard: Sequence[Result | HungUp]) -> list[dict[str, Any]]:
    """What is written of a call that hears this; what web services answered is known from elsewhere."""
    given = Run.model_validate({"given": whole.given}).given
    walk = Walk(Flow.load(whole.doc), Call(given.call("fr", "FR", "Europe/Paris")), whole.world.library)
    entries = [entry("offered", **{"from": given.caller, "to": given.called, "flow": "main"})]
    command: Command | None = walk.begin()
    cause = ""
    for event in heard:
        assert command
        entries.append(asked(walk, command))
        if isinstance(event, HungUp):
            command = walk.hang_up(event.cause)
            cause = event.cause
            continue
        told = shown_result(command, event)
        entries.append(entry("result", index=walk.index, **told | values(event)))
        command = walk.hear(event)
    return [*entries, entry("ended", cause=cause, by="flow")]


def asked(walk: Walk, command: Command) -> dict[str, Any]:
    gone = {"gone": True} if walk.gone else {}
    told = without_secrets(shown(command), walk.call)
    return entry("command", node=walk.here.node, index=walk.index, **gone, **told)


def values(event: Result) -> dict[str, Any]:
    return {"saved": [list(pair) for pair in event.saved]} if isinstance(event, Replied) else {}


def entry(kind: str, **data: Any) -> dict[str, Any]:
    return {"kind": kind, "data": data}

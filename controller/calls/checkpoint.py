"""What another controller needs to walk on with a call, carried by the call itself.

One channel variable of versioned JSON, written before the command that it covers. It holds where the walk is and what
was heard inside the current node; never secret digits, and never more than 4 kB, since every event of the channel
repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import orjson

from controller.flow import checkpoint as flow_checkpoint

FORMAT = 1
LIMIT = 4096


@dataclass(frozen=True)
class Checkpoint:
    """Where a call is. `epoch` counts the controllers that had it; `walk` is the engine's own part."""

    owner: str
    epoch: int
    subscriber: int
    direction: str
    number: str
    base: int  # what the walk's index is added to, so that no two commands of a call have one key
    walk: dict[str, Any]

    def dump(self) -> str | None:
        """The variable's value, or None when it would be too long: the one written before stays valid."""
        text = orjson.dumps([FORMAT, *(getattr(self, field.name) for field in fields(self))])
        # FreeSWITCH does not encode a %22 anew: a caller of that name would write JSON of his own in here.
        text = text.replace(b"%", b"\\u0025")
        return text.decode() if len(text) <= LIMIT else None


def main_flow(checkpoint: Checkpoint) -> str:
    """The flow that a checkpointed walk began with; FlowError when it cannot be read."""
    return flow_checkpoint.Checkpoint.load(checkpoint.walk).stack[0].flow


def read(text: str) -> Checkpoint | None:
    """Read a checkpoint; None when there is none, or when it is of a format that this version does not know."""
    try:
        parts = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(parts, list) or len(parts) != 8 or parts[0] != FORMAT or not isinstance(parts[7], dict):
        return None
    return Checkpoint(*parts[1:])

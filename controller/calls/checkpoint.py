"""What another controller needs to walk on with a call, carried by the call itself.

One channel variable of versioned JSON, written before the command that it covers. It holds where the walk is, what was
heard inside the current node, and what the record has gathered; never secret digits, and never more than 4 kB, since
every event of the channel repeats it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from controller.calls.tally import LATEST, Tally
from controller.flow import checkpoint as flow_checkpoint

FORMAT = 2
FORMER = 1  # had no tally: calls carry it while the version that wrote it is replaced
LIMIT = 4096  # bytes


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
    tally: Tally = field(default_factory=Tally)

    def dump(self) -> str | None:
        """The variable's value, or None when it would be too long: the one written before stays valid.

        A long path loses its oldest steps first.
        """
        for steps in (LATEST, LATEST // 3, 0):
            text = self._written(steps)
            if len(text.encode()) <= LIMIT:
                return text
        return None

    def _written(self, steps: int) -> str:
        head = [FORMAT, self.owner, self.epoch, self.subscriber, self.direction, self.number, self.base]
        text = orjson.dumps([*head, self.walk, self.tally.dump(steps)])
        # FreeSWITCH does not encode a %22 anew: a caller of that name would write JSON of his own in here.
        return text.replace(b"%", b"\\u0025").decode()


def main_flow(checkpoint: Checkpoint) -> str:
    """The flow that a checkpointed walk began with; FlowError when it cannot be read."""
    return flow_checkpoint.Checkpoint.load(checkpoint.walk).stack[0].flow


def read(text: str) -> Checkpoint | None:
    """Read a checkpoint; None when there is none, or when it is of a format that this version does not know."""
    try:
        parts = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if isinstance(parts, list) and parts[:1] == [FORMER] and len(parts) == 8:
        parts = [*parts, Tally().dump()]
    elif not isinstance(parts, list) or len(parts) != 9 or parts[0] != FORMAT:
        return None
    if [type(part) for part in parts[1:8]] != [str, int, int, str, str, int, dict]:
        return None
    try:
        return Checkpoint(*parts[1:8], *[Tally.load(parts[8])])
    except ValueError:
        return None

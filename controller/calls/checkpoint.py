"""What another controller needs to walk on with a call, carried by the call itself.

One channel variable of versioned JSON, written before the command that it covers. It holds where the walk is, what was
heard inside the current node, and what the record has gathered; never secret digits, and never more than 4 kB, since
every event of the channel repeats it. For the same reason what is content (the flow's variables, what was heard) is
sealed: only controllers read it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from controller.calls.sealed import Seal
from controller.calls.tally import LATEST, Tally
from controller.flow import checkpoint as flow_checkpoint

log = logging.getLogger(__name__)
FORMAT = 3
# Calls carry them while the version that wrote them is replaced: in 2 nothing was sealed, 1 had no tally either.
FORMER, FIRST = 2, 1
LIMIT = 4096  # bytes
CONTENT = ("variables", "heard")  # of the walk
SEALED = "sealed"


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

    def sealed(self, seal: Seal) -> Checkpoint:
        """The same without content that anybody could read."""
        content = {name: part for name, part in self.walk.items() if name in CONTENT}
        return replace(self, walk={**self._bare(), SEALED: seal.close(content)})

    def opened(self, seal: Seal, otherwise: Mapping[str, str]) -> dict[str, Any]:
        """The walk with its content. Where it cannot be read, the node starts again with the variables `otherwise`."""
        if SEALED not in self.walk:
            return self.walk
        try:
            content = seal.open(str(self.walk[SEALED]))
            return {**self._bare(), **{name: part for name, part in content.items() if name in CONTENT}}
        except (ValueError, AttributeError) as error:
            log.warning("a call goes on without what it knew: %s", error)
            return {**self._bare(), "variables": dict(otherwise), "heard": None}

    def places(self) -> list[flow_checkpoint.Place]:
        """The flows that the walk is in, the outermost first. FlowError when they cannot be read."""
        return flow_checkpoint.Checkpoint.load({**self._bare(), "variables": {}}).stack

    def _bare(self) -> dict[str, Any]:
        return {name: part for name, part in self.walk.items() if name not in (*CONTENT, SEALED)}

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
    return checkpoint.places()[0].flow


def read(text: str) -> Checkpoint | None:
    """Read a checkpoint; None when there is none, or when it is of a format that this version does not know."""
    try:
        parts = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if isinstance(parts, list) and parts[:1] == [FIRST] and len(parts) == 8:
        parts = [*parts, Tally().dump()]
    elif not isinstance(parts, list) or len(parts) != 9 or parts[0] not in (FORMAT, FORMER):
        return None
    if [type(part) for part in parts[1:8]] != [str, int, int, str, str, int, dict]:
        return None
    try:
        return Checkpoint(*parts[1:8], *[Tally.load(parts[8])])
    except ValueError:
        return None

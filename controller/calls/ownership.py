"""Who has a call: one channel variable, `NAME:INSTANCE:EPOCH`.

NAME is a controller's, INSTANCE one process of it, EPOCH counts the owners that the call had. Who takes a call over
writes a higher epoch; the one before sees it in the call's events and falls silent (controller/esl/fence.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4


@dataclass(frozen=True)
class Owner:
    """A controller process as the owner of a call."""

    controller: str
    instance: str
    epoch: int = 0

    def __str__(self) -> str:
        return f"{self.controller}:{self.instance}:{self.epoch}"

    def same_process(self, other: Owner) -> bool:
        """Whether both are one process, whatever the epoch."""
        return (self.controller, self.instance) == (other.controller, other.instance)


def new_instance() -> str:
    """A name for this process: 8 hexadecimal digits."""
    return uuid4().hex[:8]


def read_owner(text: str) -> Owner | None:
    """Read the variable; None when nobody has the call."""
    parts = text.rsplit(":", 2)
    if len(parts) != 3 or not parts[2].isdecimal():
        return None
    return Owner(parts[0], parts[1], int(parts[2]))

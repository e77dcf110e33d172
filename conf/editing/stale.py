"""Two editors of one thing."""

from __future__ import annotations

from typing import Any


class Stale(Exception):
    """Somebody else saved meanwhile. `present` is what there is now: a document, a flow's Draft; None when it went."""

    def __init__(self, present: Any) -> None:
        super().__init__("saved by somebody else meanwhile")
        self.present = present

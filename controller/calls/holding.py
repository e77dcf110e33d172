"""How long a caller was on hold: their phone says so by re-INVITE, also while we talk to them.

It is beside the flow: another controller goes on counting where this one was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from controller.esl.connection import Session


class Holding:
    """Listens to one call's hold and resume. `seconds` is the time so far."""

    def __init__(
        self,
        session: Session,
        log: Callable[..., None],
        done: float = 0.0,
        held: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._clock = clock
        self._since: float | None = clock() if held else None
        self._done = done
        session.register_handle("CHANNEL_HOLD", self._held)
        session.register_handle("CHANNEL_UNHOLD", self._resumed)

    @property
    def seconds(self) -> float:
        """All holds together, one that lasts counted until now."""
        return self._done + (self._clock() - self._since if self._since is not None else 0.0)

    def _held(self, event: Any) -> None:
        if self._since is None:
            self._since = self._clock()
            self._log("held")

    def _resumed(self, event: Any) -> None:
        self._done, self._since = self.seconds, None
        self._log("resumed")

"""Notices that this process stood still: others may have taken its calls meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import gevent

log = logging.getLogger(__name__)
BEAT = 0.5  # seconds
LONGEST = 3.0  # seconds; with the time between two renewals this stays below a lease


class Pulse:
    """`beat` runs in a greenlet of its own; `gap_ended` tells when the process last woke from a long stand.

    `on_gap` is called by the beat after each of them.
    """

    def __init__(
        self,
        on_gap: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = gevent.sleep,
    ) -> None:
        self._on_gap = on_gap
        self._clock = clock
        self._sleep = sleep
        self._last = clock()
        self._gap_ended = float("-inf")
        self.gaps = 0

    def beat(self) -> None:
        """Beat for ever."""
        told = self.gaps
        while True:
            self.gap_ended()
            if self.gaps > told:
                told = self.gaps
                log.warning("this process stood still for more than %.0f s", LONGEST)
                self._on_gap()
            self._sleep(BEAT)

    def gap_ended(self) -> float:
        """When the last long stand ended, on the clock given; asked before every command, it is the first to know."""
        now = self._clock()
        if now - self._last > LONGEST:
            self._gap_ended = now
            self.gaps += 1
        self._last = now
        return self._gap_ended

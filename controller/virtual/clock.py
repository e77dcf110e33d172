"""Time on the stand-in's clock.

Real seconds multiplied by `speed`, so that a test's half minute is over in one second.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent
from gevent.event import Event


class Clock:
    """A clock that runs `speed` times as fast as the wall clock. All durations are float seconds of this clock."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._started = time.monotonic()
        self._epoch = time.time()

    def now(self) -> float:
        return (time.monotonic() - self._started) * self.speed

    def stamp(self) -> int:
        """Microseconds since 1970 on this clock, as FreeSWITCH writes them in its events."""
        return int((self._epoch + self.now()) * 1_000_000)

    def sleep(self, seconds: float) -> None:
        gevent.sleep(max(0.0, seconds / self.speed))

    def later(
        self, seconds: float, function: Callable[..., object], *arguments: object
    ) -> gevent.Greenlet[..., object]:
        return gevent.spawn_later(max(0.0, seconds / self.speed), function, *arguments)

    def wait(self, event: Event, deadline: float | None) -> bool:
        """Wait for the event until a moment of this clock (None: for ever). True if the event was set."""
        if deadline is None:
            return event.wait()
        return event.wait(max(0.0, (deadline - self.now()) / self.speed))

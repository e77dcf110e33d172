"""A call that comes back to itself: our flow rings a number outside that leads to our own again.

A carrier may forget Max-Forwards and every header of ours, but not who calls whom: in a loop the same caller calls the
same number of ours again and again, and each time the flow has just gone outside. Rounds are counted by each controller
for itself: two that share a FreeSWITCH's calls let twice as many pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from controller.flow.numbers import is_anonymous

WITHIN = 60.0  # seconds: a round takes as long as the flow needs to go outside
MOST = 5  # rounds; an office with one number calls us less often than that in a minute, to be sent outside each time
MOST_ANONYMOUS = 20  # who hides the number is not one caller
CAUSE = "EXCHANGE_ROUTING_ERROR"  # SIP 483: too many hops

Key = tuple[int, str, str]  # subscriber, caller, number


class Loops:
    """The calls from outside that this controller has, by who calls whom. `goes_outside` tells where one is now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._live: dict[Key, dict[object, tuple[float, Callable[[], bool]]]] = {}

    def closes(self, key: Key) -> bool:
        """Whether one more call of this key is a loop."""
        since = self._clock() - WITHIN
        rounds = sum(begun > since and outside() for begun, outside in self._live.get(key, {}).values())
        return rounds >= (MOST_ANONYMOUS if not key[1] or is_anonymous(key[1]) else MOST)

    @contextmanager
    def round(self, key: Key, goes_outside: Callable[[], bool]) -> Iterator[None]:
        """Count a call while it lasts."""
        token = object()
        self._live.setdefault(key, {})[token] = (self._clock(), goes_outside)
        try:
            yield
        finally:
            self._live[key].pop(token)
            if not self._live[key]:
                del self._live[key]

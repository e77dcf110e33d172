"""A controller that is to go gives its calls to others first: nobody hears it go."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import gevent

from controller.calls.standing import Fellows
from controller.calls.switchboard import Switchboard
from controller.esl.server import Server

log = logging.getLogger(__name__)
GRACE = 30.0  # seconds that calls have to come to the end of what they do
LOOK = 0.1  # seconds


class Drain:
    """Takes no new offer, and hands each call over between two commands. What lasts longer than the grace (a talk, a
    long announcement) goes on in FreeSWITCH, and is offered to others when it ends.

    Alone, there is nobody to hand over to: calls keep what they hear, and the next controller finds them.
    """

    def __init__(
        self,
        server: Server,
        switchboard: Switchboard,
        fellows: Fellows,
        announce: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = gevent.sleep,
    ) -> None:
        self._server = server
        self._switchboard = switchboard
        self._fellows = fellows
        self._announce = announce
        self._clock = clock
        self._sleep = sleep
        self.begun = False
        self.handing_over = False

    def run(self, grace: float = GRACE) -> None:
        """Return when no call is left here, when the grace is over, or at once when this controller is the only one."""
        self.begun = True
        self._announce()
        self._fellows.look()
        self.handing_over = self._fellows.any_other()
        self._server.stop_accepting()
        until = self._clock() + grace
        log.info("draining: %d calls, %s", len(self._switchboard), "others take them" if self.handing_over else "alone")
        while self.handing_over and self._switchboard.walking and self._clock() < until:
            self._sleep(LOOK)

"""One connection to FreeSWITCH that is always there, or on its way back."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event as Signal

from controller.esl.errors import ConnectionLost, EslError, WrongPassword
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)

SHORTEST = 0.2  # seconds between two tries
LONGEST = 15.0
PATIENT = 5  # tries
STEADY = 30.0  # seconds after which a connection counts as good, and waiting begins small again


class Link:
    """Keeps an `Inbound` up. `on_up(connection)` subscribes and reconciles, each time anew; nothing is ever sent again.

    `state` is `down`, `up`, or `refused` after a wrong password: then it has stopped, since trying would not help.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        on_up: Callable[[Inbound], object],
        on_down: Callable[[str], object] | None = None,
        connect: Callable[[str, int, str], Inbound] = Inbound,
        sleep: Callable[[float], object] = gevent.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._where = (host, port, password)
        self._on_up = on_up
        self._on_down = on_down
        self._connect = connect
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        self._tries = 0
        self._stopped = False
        self._greenlet: Any = None
        self._connection: Inbound | None = None
        self._up = Signal()
        self.state = "down"

    @property
    def connection(self) -> Inbound:
        """The connection; ConnectionLost while there is none."""
        if self._connection is None:
            raise ConnectionLost(f"FreeSWITCH is {self.state}")
        return self._connection

    def wait_up(self, timeout: float | None = None) -> bool:
        """Wait until the connection is there and `on_up` is done; False when it is not."""
        return bool(self._up.wait(timeout))

    def start(self) -> None:
        """Begin, and return at once."""
        self._greenlet = gevent.spawn(self.run)

    def stop(self) -> None:
        """End the connection and do not come back."""
        self._stopped = True
        if self._connection is not None:
            self._connection.stop()
        if self._greenlet is not None and self._greenlet is not gevent.getcurrent():
            self._greenlet.kill()
        self._down("stopped")

    def run(self) -> None:
        """Connect, stay, come back; until stopped or refused."""
        while not self._stopped:
            begun = self._clock()
            try:
                reason = self._stay()
            except WrongPassword:
                self._down("refused")
                log.error("FreeSWITCH does not accept our password: not trying again")
                return
            except EslError as error:
                reason = str(error)
            except Exception as error:
                log.exception("FreeSWITCH's connection could not be set up")
                reason = str(error)
            if self._stopped:
                return
            self._down("down", reason)
            if self._clock() - begun > STEADY:
                self._tries = 0
            self._sleep(self._pause())

    def _stay(self) -> str:
        connection = self._connect(*self._where)
        try:
            connection.connect()
            self._on_up(connection)
            self._connection = connection
            self.state = "up"
            self._up.set()
            log.info("connected to FreeSWITCH at %s:%s", *self._where[:2])
            connection.lost.wait()
        finally:
            connection.close("given up")
        return connection.lost_because

    def _down(self, state: str, reason: str = "") -> None:
        was_up = self._connection is not None
        self._connection = None
        self._up.clear()
        self.state = state
        if reason:
            # At the first tries FreeSWITCH may still be starting: that is no news for a warning.
            level = logging.WARNING if was_up or self._tries >= PATIENT else logging.INFO
            log.log(level, "no connection to FreeSWITCH: %s", reason)
        if was_up and self._on_down:
            self._on_down(reason or state)

    def _pause(self) -> float:
        """Twice as long each time, up to a limit, and never the same for two controllers."""
        longest = min(LONGEST, SHORTEST * 2**self._tries)
        self._tries = min(self._tries + 1, 10)
        return float(longest * (0.5 + self._chance() / 2))

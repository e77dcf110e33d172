"""One connection to FreeSWITCH that is always there, or on its way back."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import gevent
from gevent.event import Event as Signal

from controller.esl.errors import ConnectionLost, EslError, NoReply, WrongPassword
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)

SHORTEST = 0.2  # seconds between two tries
LONGEST = 5.0
PATIENT = 5  # tries
STEADY = 30.0  # seconds after which a connection counts as good, and waiting begins small again
BEAT = 1.0  # seconds between two questions whether FreeSWITCH lives; an unanswered one takes `check` itself
GIVEN_UP = 10.0  # seconds of silence after which the connection itself is suspected, and made anew
NO_ANSWER = "it does not answer"


class Link:
    """Keeps an `Inbound` up. `on_up(connection)` subscribes and reconciles, each time anew; nothing is ever sent again.

    `state`, since `since` (epoch seconds), is one of
    - `up`: FreeSWITCH answers;
    - `silent`: its address takes connections, and nothing is answered (it hangs, or the network swallows all);
    - `down`: there is no connection;
    - `refused`: it does not take our password. None is tried a second time: it has stopped, unless `passwords` tells
      what the password may be now (the newest first), and is asked again;
    - `stopped`: by us.
    `heard` is when FreeSWITCH last gave a sign of life (0.0: never). `check(connection)` asks for one, and raises
    NoReply when none comes. `on_change(state, reason)` is told of each change; after the start, while FreeSWITCH may
    still be starting too, only of lasting trouble.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        *,
        on_up: Callable[[Inbound], object],
        on_change: Callable[[str, str], object] | None = None,
        check: Callable[[Inbound], object] | None = None,
        connect: Callable[[str, int, str], Inbound] = Inbound,
        sleep: Callable[[float], object] = gevent.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
        passwords: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self._where = (host, port)
        self._passwords = passwords or (lambda: (password,))
        self._may_change = passwords is not None
        self._refused: set[str] = set()
        self._on_up = on_up
        self._on_change = on_change
        self._check = check
        self._connect = connect
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        self._now = now
        self._tries = 0
        self._stopped = False
        self._told = ""
        self._greenlet: Any = None
        self._connection: Inbound | None = None
        self._up = Signal()
        self.state = "down"
        self.since = now()
        self.heard = 0.0

    @property
    def connection(self) -> Inbound:
        """The connection; ConnectionLost while there is none, or none that answers."""
        if self._connection is None or self.state != "up":
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
        self._become("stopped", "stopped")

    def run(self) -> None:
        """Connect, stay, come back; until stopped or refused."""
        while not self._stopped:
            begun = self._clock()
            state = "down"
            try:
                reason = self._stay()
            except WrongPassword:
                self._become("refused", "it does not accept our password")
                if not self._may_change:
                    return
                self._sleep(LONGEST)
                continue
            except EslError as error:
                # No answer within the time allowed, be it to our packets, our greeting or our question.
                silent = isinstance(error, NoReply) or isinstance(error.__cause__, TimeoutError)
                state, reason = ("silent", NO_ANSWER) if silent else ("down", str(error))
            except Exception as error:
                log.exception("FreeSWITCH's connection could not be set up")
                reason = str(error)
            finally:
                self._connection = None
            if self._stopped:
                return
            self._become(state, reason)
            if self._clock() - begun > STEADY:
                self._tries = 0
            self._sleep(self._pause())

    def _stay(self) -> str:
        connection = self._enter()
        self._refused.clear()
        try:
            self._on_up(connection)
            self._connection = connection
            self._become("up")
            while not connection.lost.wait(BEAT if self._check else None):
                self._look(connection)
        finally:
            connection.close("given up")
        return connection.lost_because

    def _enter(self) -> Inbound:
        """A connection that is logged in. WrongPassword: none that it may be now was not refused before."""
        for password in self._passwords():
            if password not in self._refused:
                connection = self._connect(*self._where, password)
                try:
                    connection.connect()
                except WrongPassword:
                    self._refused.add(password)
                else:
                    return connection
        raise WrongPassword("every password was refused")

    def _look(self, connection: Inbound) -> None:
        """See whether FreeSWITCH answers; NoReply when it has not for so long that a new connection is worth a try."""
        assert self._check
        try:
            self._check(connection)
        except NoReply:
            self._become("silent", NO_ANSWER)
            if self._now() - self.heard > GIVEN_UP:
                raise
        except ConnectionLost:
            return  # the loop says why
        else:
            self._become("up")

    def _become(self, state: str, reason: str = "") -> None:
        now = self._now()
        if state == "up":
            self.heard = now
        if state != self.state:
            # A silence began when FreeSWITCH was last heard, which nobody could know then.
            self.since = self.heard if state == "silent" and self.state == "up" else now
            self.state = state
        if state == "up":
            self._up.set()
        else:
            self._up.clear()
        if state != self._told and (self._told or state in ("up", "refused") or self._tries >= PATIENT):
            self._tell(state, reason)

    def _tell(self, state: str, reason: str) -> None:
        self._told = state
        level = logging.INFO if state in ("up", "stopped") else logging.WARNING
        log.log(level, "FreeSWITCH at %s:%s is %s%s", *self._where, state, f": {reason}" if reason else "")
        if self._on_change:
            try:
                self._on_change(state, reason)
            except Exception:
                log.exception("FreeSWITCH is %s", state)

    def _pause(self) -> float:
        """Twice as long each time, up to a limit, and never the same for two controllers."""
        longest = min(LONGEST, SHORTEST * 2**self._tries)
        self._tries = min(self._tries + 1, 10)
        return float(longest * (0.5 + self._chance() / 2))

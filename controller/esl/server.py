"""Where FreeSWITCH offers us calls: one connection and one greenlet each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from gevent.event import Event as Signal
from gevent.server import StreamServer

from controller.esl.errors import EslError
from controller.esl.session import EVENTS, LINGER, Session
from controller.esl.tcp import tune

log = logging.getLogger(__name__)

BACKLOG = 1024  # offers that may wait to be accepted
FAILED = "NORMAL_TEMPORARY_FAILURE"


class Server:
    """Accepts offered calls and runs `handle(session)` for each, in a greenlet of its own.

    `sessions` holds the newest connection of each channel. A call may get a second one (a transfer, a REFER): the newer
    owns the call; the older falls silent but stays open, since closing it would end the newer one's park.

    An offer that waited while this process stood still may be another's by now: `is_late(data)` tells it from the
    call's data. It is kept open in silence, like an older connection.

    `handle` must end the call, transfer it, or outlive it: a connection is never closed from here while its call lives,
    since FreeSWITCH would offer the call anew. When `handle` fails the call is hung up.
    """

    def __init__(
        self,
        address: tuple[str, int],
        handle: Callable[[Session], object],
        *,
        events: str = EVENTS,
        linger: int = LINGER,
        connect_timeout: float = 10.0,
        is_late: Callable[[Mapping[str, str]], bool] = lambda _: False,
    ) -> None:
        self.is_late = is_late
        self.handle = handle
        self.events = events
        self.linger = linger
        self.connect_timeout = connect_timeout
        self.sessions: dict[str, Session] = {}
        self.offers = 0  # since the start
        self._open: set[Session] = set()
        self._idle = Signal()
        self._idle.set()
        self._listener = StreamServer(address, self._accept, backlog=BACKLOG)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens: host and port."""
        bound: Any = self._listener.address
        return str(bound[0]), int(bound[1])

    def start(self) -> None:
        """Listen, and return. OSError when the address is taken."""
        self._listener.start()

    def stop_accepting(self) -> None:
        """Take no new call; those we have go on."""
        self._listener.close()

    def wait_idle(self, timeout: float | None = None) -> bool:
        """Wait until every connection has ended and every `handle` has returned; False when some have not."""
        return bool(self._idle.wait(timeout))

    def stop(self, timeout: float = 0.0) -> None:
        """Take no new call, give the others so many seconds, then close: FreeSWITCH offers what is left to another."""
        self.stop_accepting()
        self.wait_idle(timeout)
        for session in list(self._open):
            session.close("we are stopping")
        self.wait_idle(1.0)

    def _accept(self, sock: Any, address: Any) -> None:
        self.offers += 1
        tune(sock)
        session = Session(address, sock)
        self._open.add(session)
        self._idle.clear()
        try:
            self._take(session)
            session.lost.wait()
        finally:
            session.close()
            if self.sessions.get(session.uuid) is session:
                del self.sessions[session.uuid]
            self._open.discard(session)
            if not self._open:
                self._idle.set()

    def _take(self, session: Session) -> None:
        try:
            session.connect(self.events, self.linger, self.connect_timeout)
        except EslError as error:
            log.info("an offered call was gone before we took it: %s", error)
            session.close("not taken")
            return
        if self.is_late(session.session_data or {}):
            log.warning("an offer of %s came too late: somebody else has the call", session.uuid)
            session.supersede()
            return
        older = self.sessions.get(session.uuid)
        self.sessions[session.uuid] = session
        if older:
            older.supersede()
        self._walk(session)

    def _walk(self, session: Session) -> None:
        try:
            self.handle(session)
        except EslError as error:
            log.info("call %s: %s", session.uuid, error)
            self._give_up(session)
        except Exception:
            log.exception("call %s failed", session.uuid)
            self._give_up(session)

    def _give_up(self, session: Session) -> None:
        if not session.hung_up and not session.superseded:
            session.hang_up_quietly(FAILED)

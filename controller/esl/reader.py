"""Reading a socket from the event loop itself: an idle connection costs no greenlet and no buffer."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any

import gevent

from controller.esl.errors import ProtocolError
from controller.esl.wire import Packet, Parser

log = logging.getLogger(__name__)

CHUNK = 65536  # bytes a turn, so that a flood on one connection does not starve the others


class Reader:
    """Calls `take` for each packet and `end` once, with the reason. Neither may wait: they run in the event loop."""

    __slots__ = ("_end", "_fd", "_parser", "_take", "_watcher")

    def __init__(self, sock: Any, take: Callable[[Packet], None], end: Callable[[str], None]) -> None:
        self._take = take
        self._end = end
        self._parser = Parser()
        self._fd: int = sock.fileno()
        self._watcher: Any = gevent.get_hub().loop.io(self._fd, 1)
        self._watcher.start(self._readable)

    def stop(self) -> None:
        """Read no more. Must come before the socket is closed."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None

    def _readable(self) -> None:
        try:
            chunk = os.read(self._fd, CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(error.strerror or str(error))
            return
        if chunk:
            self.feed(chunk)
        else:
            self._end("closed by FreeSWITCH")

    def feed(self, chunk: bytes) -> None:
        """Hear bytes; those that cannot be ESL, or that we stumble over, end the connection."""
        try:
            for packet in self._parser.feed(chunk):
                self._take(packet)
                if self._watcher is None:
                    return
        except ProtocolError as error:
            _log(log.error, "an ESL connection is given up: %s", error)
            self._end(str(error))
        except Exception as error:  # noqa: BLE001 - logged, and the connection ends
            # Whoever waits on this connection must not wait for ever because of a fault of ours.
            _log(log.error, "an ESL connection is given up", exc_info=error)
            self._end("a fault of ours")


def _log(say: Callable[..., None], *what: Any, **more: Any) -> None:
    gevent.spawn(say, *what, **more)  # a log may wait for its file, the event loop may not

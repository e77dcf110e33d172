"""Stands in for the speech process: speaks its protocol on a Unix socket, and hears what a test tells it to.

Only for what happens in a call when words come, or do not; what is recognised is looked at with the real process.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent
from gevent import socket
from gevent.event import Event
from gevent.queue import Empty, Queue

from tests.outside import WITHIN


class Stream:
    """One listening. `request` is what was asked; each method tells the controller one thing."""

    def __init__(self, connection: socket.socket, request: dict[str, Any]) -> None:
        self.request = request
        self.stopped, self.closed = Event(), Event()
        self._connection = connection
        self.tells("listening")

    @property
    def file(self) -> Path:
        return Path(self.request["file"])

    def tells(self, kind: str, **told: Any) -> None:
        self._connection.sendall(json.dumps({"type": kind, "side": 0, **told}).encode() + b"\n")

    def partial(self, text: str) -> None:
        self.tells("partial", text=text, at=1.0)

    def final(self, text: str, start: float = 1.0, end: float = 1.5, certainty: float = 1.0) -> None:
        self.tells("final", text=text, start=start, end=end, words=[], certainty=certainty)

    def degrades(self, reason: str) -> None:
        self.tells("degraded", reason=reason)

    def ends(self) -> None:
        self.tells("ended")

    def hear(self, request: dict[str, Any]) -> None:
        if request.get("stop"):
            self.stopped.set()



class StandIn:
    """The process. `open()` begins, `close()` ends it with all its connections."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.streams: Queue[Stream] = Queue()
        self.stands_still = False  # it takes connections, and answers no more questions
        self._all: list[socket.socket] = []
        self._server: socket.socket | None = None

    def open(self) -> StandIn:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.path))
        self._server.listen(64)
        gevent.spawn(self._accept, self._server)
        return self

    def close(self) -> None:
        if self._server:
            self._server.close()
        self.path.unlink(missing_ok=True)
        for connection in self._all:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._all.clear()

    def next(self, within: float = WITHIN) -> Stream:
        """The next listening that is asked for."""
        try:
            return self.streams.get(timeout=within)
        except Empty:
            raise AssertionError(f"nobody listened within {within} s") from None

    def _accept(self, server: socket.socket) -> None:
        try:
            while True:
                connection = server.accept()[0]
                self._all.append(connection)
                gevent.spawn(self._serve, connection)
        except OSError:
            pass

    def _serve(self, connection: socket.socket) -> None:
        stream: Stream | None = None
        try:
            for line in connection.makefile("rb"):
                asked = json.loads(line)
                if "status" in asked and not self.stands_still:
                    connection.sendall(b'{"models": []}\n')
                elif "listen" in asked:
                    stream = Stream(connection, asked["listen"])
                    self.streams.put(stream)
                elif stream:
                    stream.hear(asked)
        except OSError:
            pass
        finally:
            if stream:
                stream.closed.set()

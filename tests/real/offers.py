"""Stands where the controller would: takes the calls that FreeSWITCH offers, and does as the test says."""

from __future__ import annotations

from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any
from urllib.parse import unquote

import gevent
from gevent.event import Event
from gevent.queue import Empty, Queue
from gevent.server import StreamServer

WITHIN = 10.0  # seconds


class Offered:
    """One offered call. Variables are as `connect` told them."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._stream = socket.makefile("rb")
        self.closed = Event()
        self.headers = self.command("connect")
        self.uuid = self.headers["Unique-ID"]

    def variable(self, name: str) -> str:
        return self.headers.get(f"variable_{name}", "")

    def command(self, text: str) -> dict[str, str]:
        """Send one command and read its reply; raises EOFError when FreeSWITCH has gone."""
        self._socket.sendall(f"{text}\n\n".encode())
        headers: dict[str, str] = {}
        while line := self._stream.readline():
            if line == b"\n":
                return headers
            name, _, value = line.decode("utf-8", "replace").rstrip("\n").partition(": ")
            headers[name] = unquote(value)
        raise EOFError

    def execute(self, application: str, argument: str = "") -> None:
        """Queue an application; the reply says only that."""
        lines = [
            "sendmsg",
            "call-command: execute",
            f"execute-app-name: {application}",
            f"execute-app-arg: {argument}",
            "event-lock: true",
        ]
        reply = self.command("\n".join(lines))
        assert reply["Reply-Text"].startswith("+OK"), reply

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None:
        self.command(f"sendmsg\ncall-command: hangup\nhangup-cause: {cause}")

    def leave(self) -> None:
        """Close the connection as a controller that dies does: the call goes on without us."""
        with suppress(OSError, EOFError):
            # A connection that ends before FreeSWITCH has parked the call leaves it parked for ever: not our matter.
            self.command("api msleep 100")
            self._socket.shutdown(SHUT_RDWR)
        self._socket.close()
        self.closed.set()


class Offers:
    """Listens for offers on the controller's port, while it is open."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._address = (host, int(port))
        self._server: StreamServer | None = None
        self._queue: Queue[Offered] = Queue()
        self._taken: list[Offered] = []

    def open(self) -> None:
        if self._server is None:
            self._server = StreamServer(self._address, self._handle)
            self._server.start()

    def close(self) -> None:
        """Stop listening and forget what was not asked for; calls that were taken keep their connection."""
        if self._server:
            self._server.stop(timeout=0)
            self._server = None
        self._queue = Queue()

    def end(self) -> None:
        """Leave every call."""
        self.close()
        for offered in self._taken:
            offered.leave()
        self._taken.clear()

    def next(self, within: float = WITHIN) -> Offered:
        """The next offered call."""
        try:
            return self._queue.get(timeout=within)
        except Empty:
            raise AssertionError(f"no call was offered within {within} s") from None

    def nothing(self, within: float = 0.5) -> bool:
        """Whether no call is offered for a while."""
        gevent.sleep(within)
        return self._queue.empty()

    def _handle(self, socket: Any, _address: Any) -> None:
        try:
            offered = Offered(socket)
        except (EOFError, OSError, KeyError):
            return
        self._taken.append(offered)
        self._queue.put(offered)
        offered.closed.wait()

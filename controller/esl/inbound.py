"""The connection that we open to FreeSWITCH's event socket."""

from __future__ import annotations

import re
from typing import Any

import gevent
from gevent import event as gevent_event
from gevent import socket
from greenswitch import esl

from controller.esl.errors import CommandRefused, ConnectionLost, NoReply, Unsafe, WrongPassword
from controller.esl.hardened import Connection
from controller.esl.tcp import tune

EVENT_NAME = re.compile(r"[A-Z][A-Z_]*")
SUBCLASS = re.compile(r"[A-Za-z0-9_.:-]+")


class Inbound(Connection, esl.InboundESL):  # type: ignore[misc]
    """An authenticated connection to FreeSWITCH. `timeout` bounds connecting and authenticating, in seconds each."""

    def __init__(self, host: str, port: int, password: str, timeout: float = 5.0) -> None:
        Connection.__init__(self)
        self.host = host
        self.port = port
        self.password = password
        self.timeout = timeout
        self._auth_request_event: Any = gevent_event.Event()

    def connect(self) -> None:
        """Connect and authenticate. Errors: ConnectionLost (nobody there, refused by address), WrongPassword."""
        try:
            self.sock = socket.create_connection((self.host, self.port), self.timeout)
        except OSError as error:
            raise ConnectionLost(f"{self.host}:{self.port}: {error}") from error
        self.sock.settimeout(None)
        tune(self.sock)
        self.connected = True
        self.start_event_handlers()
        try:
            with gevent.Timeout(self.timeout, NoReply("auth/request")):
                self._auth_request_event.wait()
            self.authenticate()
        except BaseException:
            self.close("could not log in")
            raise

    def authenticate(self) -> None:
        """Give the password."""
        if not self.connected:
            raise ConnectionLost(self.lost_because)
        try:
            self.send(f"auth {self.password}", self.timeout)
        except CommandRefused as error:
            raise WrongPassword(error.reply) from None
        except Unsafe:
            raise WrongPassword("a password cannot hold a line break") from None

    def subscribe(self, *names: str, subclasses: tuple[str, ...] = ()) -> None:
        """Ask for events by name, in JSON; `subclasses` of CUSTOM come last, as FreeSWITCH wants them."""
        for name in names:
            if not EVENT_NAME.fullmatch(name):
                raise Unsafe("event", name)
        for subclass in subclasses:
            if not SUBCLASS.fullmatch(subclass):
                raise Unsafe("subclass", subclass)
        custom = ("CUSTOM", *subclasses) if subclasses else ()
        self.send(" ".join(("event json", *names, *custom)))

    def _hear_auth_request(self) -> None:
        self._auth_request_event.set()

    def _lose(self, reason: str, notice: Any = None) -> None:
        super()._lose(reason, notice)
        self._auth_request_event.set()

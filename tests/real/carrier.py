"""A carrier that is reached over TLS: it shows the certificate that the test gives it, and keeps what it is asked."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gevent.event import Event
from gevent.queue import Empty, Queue
from gevent.server import StreamServer
from gevent.ssl import SSLContext

from conf.freeswitch import certificates
from tests.real.sip_message import Message, parse


class Carrier:
    """Listens on an address; answers nothing."""

    def __init__(self, address: str, port: int, certificate: Path) -> None:
        context = SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / certificates.AGENT)
        self.asked: Queue[Message] = Queue()
        self.left = Event()  # a connection has ended
        self._context = context
        self._server = StreamServer((address, port), self._handle)
        self._server.start()

    def close(self) -> None:
        self._server.stop(timeout=0)

    def invited(self, within: float = 8.0) -> Message:
        """The call that FreeSWITCH sent here."""
        try:
            return self.asked.get(timeout=within)
        except Empty:
            raise AssertionError(f"no call came within {within} s") from None

    def _handle(self, plain: object, _address: object) -> None:
        try:
            connection = self._context.wrap_socket(plain, server_side=True)  # type: ignore[arg-type]
            data = b""
            while chunk := connection.recv(65536):
                data += chunk
                if b"\r\n\r\n" in data and b"\r\na=" in data:
                    self.asked.put(parse(data))
                    data = b""
        except OSError:
            pass
        finally:
            self.left.set()


@contextmanager
def carrier(address: str, port: int, certificate: Path) -> Iterator[Carrier]:
    """One that is closed at the end."""
    one = Carrier(address, port, certificate)
    try:
        yield one
    finally:
        one.close()

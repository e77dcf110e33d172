"""A connection to one checked address, with one deadline for everything: connecting, TLS, every byte.

TLS runs in memory (ssl.MemoryBIO), so that a server that drips its handshake meets the same deadline.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import monotonic
from typing import TypeVar

from conf.outgoing.address import Network, check_address, is_address, is_allowed
from conf.outgoing.errors import OutgoingFailed, OutgoingRefused

Resolve = Callable[[str, int], Sequence[str]]
T = TypeVar("T")
_CHUNK = 65536


class Deadline:
    """A point in time; `left` raises TimeoutError past it."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Seconds left."""
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver. Raises OSError."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def resolve_checked(resolve: Resolve, host: str, port: int, allow: Sequence[Network], deadline: Deadline) -> list[str]:
    """Return a host's addresses, every one of which may be reached. Raises OutgoingRefused, OutgoingFailed."""
    if is_address(host):
        check_address(host, allow)
        return [host]
    answer: Future[Sequence[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(resolve(host, port))
        except Exception as error:  # noqa: BLE001 - whoever waits hears it
            answer.set_exception(error)

    threading.Thread(target=ask, name="outgoing-resolve", daemon=True).start()  # the resolver knows no deadline
    try:
        addresses = list(dict.fromkeys(answer.result(timeout=deadline.left())))
    except TimeoutError:
        raise OutgoingFailed("The name {host} was not resolved in time.", host=host) from None
    except (OSError, UnicodeError):
        raise OutgoingFailed("The name {host} is not known.", host=host) from None
    if not addresses:
        raise OutgoingFailed("The name {host} has no address.", host=host)
    for address in addresses:
        check_address(address, allow)
    return addresses


class Stream:
    """Bytes to and from a server. Raises TimeoutError past the deadline, OSError when the connection breaks."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket = connected
        self._deadline = deadline
        self._tls: ssl.SSLObject | None = None
        self._from_server, self._to_server = ssl.MemoryBIO(), ssl.MemoryBIO()

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Start TLS, with the name (never the address) asked for and checked in the certificate."""
        self._tls = context.wrap_bio(self._from_server, self._to_server, server_hostname=host)
        self._through_tls(self._tls.do_handshake)

    def send(self, data: bytes) -> None:
        """Send everything."""
        if self._tls:
            tls, view = self._tls, memoryview(data)
            while view:
                view = view[self._through_tls(lambda part=view: tls.write(part)) :]  # type: ignore[misc]
        else:
            self._send(data)

    def receive(self) -> bytes:
        """Return some bytes; b"" at the end."""
        if not self._tls:
            return self._receive()
        tls = self._tls
        try:
            return self._through_tls(lambda: tls.read(_CHUNK))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def close(self) -> None:
        """Close at once."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _through_tls(self, step: Callable[[], T]) -> T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._send(self._to_server.read())
                if data := self._receive():
                    self._from_server.write(data)
                else:
                    self._from_server.write_eof()
            else:
                self._send(self._to_server.read())
                return result

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._socket.settimeout(self._deadline.left())
            view = view[self._socket.send(view) :]

    def _receive(self) -> bytes:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv(_CHUNK)


def connect(addresses: Sequence[str], port: int, allow: Sequence[Network], deadline: Deadline) -> Stream:
    """Connect to the first address that answers. Raises OutgoingFailed, OutgoingRefused for this machine's own."""
    for position, address in enumerate(addresses):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connected = socket.socket(family, socket.SOCK_STREAM)
        try:
            connected.settimeout(deadline.left() / (len(addresses) - position))
            connected.connect((address, port))
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            itself = connected.getsockname()[0] == connected.getpeername()[0]
        except OSError:
            connected.close()
            continue
        if itself and not is_allowed(address, allow):
            connected.close()
            raise OutgoingRefused("The address {address} is this machine's own.", address=address)
        return Stream(connected, deadline)
    raise OutgoingFailed("No connection to {address}, port {port}.", address=addresses[0], port=port)

"""One request and its answer over a connection. HTTP/1.1 by h11, which does no I/O: the deadline, the pinned address
and the knowledge whether anything was sent stay with us (urllib3 and httpx bound each read, not the whole exchange).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import h11

from conf.outgoing.errors import OutgoingFailed, OutgoingUnknown
from conf.outgoing.stream import Stream

REDIRECTS = frozenset((301, 302, 303, 307, 308))
_HEADER_BYTES = 32768
_INFORMATIONAL = 10
_OVERHEAD = 8  # bytes on the wire per byte of a body, at the most: chunks of one byte


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status. Header names are lower case; the body is as sent, never decompressed."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str:
        """The first value of a header; "" without one."""
        return next((value for key, value in self.headers if key == name.lower()), "")


def exchange(stream: Stream, request: h11.Request, body: bytes, max_bytes: int) -> Reply:
    """Send a request and read its answer; a redirect's body is not read. Raises OutgoingFailed, OutgoingUnknown."""
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADER_BYTES)
    data = http.send(request) or b""
    if body:
        data += http.send(h11.Data(data=body)) or b""
    data += http.send(h11.EndOfMessage()) or b""
    try:
        with contextlib.suppress(ConnectionError):  # it may have answered before it read everything
            stream.send(data)
        return _read(http, stream, max_bytes)
    except TimeoutError:
        raise OutgoingUnknown("The server did not answer in time.") from None
    except OSError as error:
        raise OutgoingUnknown("The connection broke: {error}.", error=error.strerror or error) from None
    except h11.RemoteProtocolError as error:
        ended = http.trailing_data[1]
        if ended:
            raise OutgoingUnknown("The connection ended before the answer did.") from None
        raise OutgoingFailed("The server's answer is not HTTP: {error}.", error=error) from None


def _read(http: h11.Connection, stream: Stream, max_bytes: int) -> Reply:
    response: h11.Response | None = None
    body = bytearray()
    received = informational = 0
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            data = stream.receive()
            received += len(data)
            if received > 2 * _HEADER_BYTES + _OVERHEAD * max_bytes:
                raise _too_large(max_bytes)
            http.receive_data(data)
        elif isinstance(event, h11.Response):
            response = event
            if event.status_code in REDIRECTS:
                return _reply(event, b"")
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > max_bytes:
                raise _too_large(max_bytes)
        elif isinstance(event, h11.EndOfMessage) and response:
            return _reply(response, bytes(body))
        elif isinstance(event, h11.InformationalResponse) and informational < _INFORMATIONAL:
            informational += 1
        else:
            raise OutgoingFailed("The server's answer is not HTTP: {error}.", error="unexpected event")


def _reply(response: h11.Response, body: bytes) -> Reply:
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
    return Reply(response.status_code, headers, body)


def _too_large(max_bytes: int) -> OutgoingFailed:
    return OutgoingFailed("The answer is larger than {max_bytes} bytes.", max_bytes=max_bytes)

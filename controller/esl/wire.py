"""The ESL wire format, without a socket: bytes in, packets out.

A frame is a block of headers, an empty line, and as many bytes of body as Content-Length says. The block is split into
lines before anything is decoded: a caller's `%0A` can therefore never become a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from sys import intern
from urllib.parse import unquote

from controller.esl.errors import ProtocolError

MAX_HEAD = 1 << 20  # bytes; a connect reply is about 6 kB
MAX_BODY = 32 << 20  # bytes; `show channels` of 10,000 calls is about 10 MB
# Nearly every frame begins like this; reading it at once saves a tenth of the time an event takes.
EVENT_HEAD = re.compile(rb"Content-Length: ([0-9]{1,12})\nContent-Type: text/event-json\n\n")
SIGNS = {f"{code:02{case}}": chr(code) for code in range(128) for case in "xX"}


class Packet:
    """One frame as it came: headers neither decoded nor trusted, body in bytes."""

    __slots__ = ("body", "headers")

    def __init__(self, headers: dict[str, str], body: bytes = b"") -> None:
        self.headers = headers
        self.body = body

    @property
    def kind(self) -> str:
        """The Content-Type."""
        return self.headers["Content-Type"]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Packet) and (self.headers, self.body) == (other.headers, other.body)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Packet({self.kind}, {len(self.headers)} headers, {len(self.body)} bytes)"


def parse_headers(block: bytes) -> dict[str, str]:
    """Split a header block into names and raw values; a line that is no header continues the one before."""
    found: dict[str, str] = {}
    name, value, folded = "", "", []
    for line in block.decode("utf-8", "replace").split("\n"):
        start, colon, rest = line.partition(":")
        if not colon or not start or " " in start or "\t" in start:
            if not name:
                raise ProtocolError("a frame does not begin with a header")
            folded.append(line)
            continue
        if name:
            _keep(found, name, value, folded)
        name, value, folded = start, rest, []
    if name:
        _keep(found, name, value, folded)
    return found


def _keep(found: dict[str, str], name: str, value: str, folded: list[str]) -> None:
    text = value[1:] if value.startswith(" ") else value
    if folded:
        text = "\n".join((text, *folded))
    if name == "Content-Length" and found.get(name, text) != text:
        raise ProtocolError("two different lengths")
    found[intern(name)] = text.removesuffix("\r")


def decoded(headers: dict[str, str]) -> dict[str, str]:
    """URL-decode the values: for plain events and for the reply to `connect`, and for nothing else."""
    return {name: _unquoted(value) if "%" in value else value for name, value in headers.items()}


def _unquoted(value: str) -> str:
    first, *others = value.split("%")
    parts = [first]
    for other in others:
        sign = SIGNS.get(other[:2])
        if sign is None:  # beyond ASCII, or a lone percent sign
            return unquote(value, errors="replace")
        parts.append(sign)
        parts.append(other[2:])
    return "".join(parts)


def _length(headers: dict[str, str], limit: int) -> int:
    text = headers.get("Content-Length", "0").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ProtocolError("Content-Length is not a number")
    length = int(text)
    if length > limit:
        raise ProtocolError("a body longer than is allowed")
    return length


class Parser:
    """Cut a stream of bytes into packets, however it was split. Time grows with the bytes, memory with one frame."""

    __slots__ = ("_broken", "_buffer", "_headers", "_need", "_searched", "max_body", "max_head")

    def __init__(self, max_head: int = MAX_HEAD, max_body: int = MAX_BODY) -> None:
        self.max_head = max_head
        self.max_body = max_body
        self._buffer = bytearray()
        self._headers: dict[str, str] | None = None
        self._need = 0
        self._searched = 0
        self._broken = False

    @property
    def waiting(self) -> int:
        """Bytes held for a frame that is not complete yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Yield the packets that `data` completes; ProtocolError when the stream cannot be ESL, now and ever after."""
        if self._broken:
            raise ProtocolError("the stream was already unreadable")
        self._buffer += data
        try:
            while (packet := self._next()) is not None:
                yield packet
        except ProtocolError:
            self._broken = True
            self._buffer = bytearray()
            raise

    def _next(self) -> Packet | None:
        if self._headers is None and not self._read_head():
            return None
        if len(self._buffer) < self._need:
            return None
        assert self._headers is not None
        body = bytes(memoryview(self._buffer)[: self._need]) if self._need else b""
        del self._buffer[: self._need]
        packet = Packet(self._headers, body)
        self._headers, self._need = None, 0
        return packet

    def _read_head(self) -> bool:
        buffer = self._buffer
        if event := EVENT_HEAD.match(buffer):
            kind = "text/event-json"
            self._begin_body({"Content-Length": event[1].decode(), "Content-Type": kind}, event.end())
            return True
        if buffer[:1] == b"\n":
            self._skip_empty_lines()
        end = buffer.find(b"\n\n", max(self._searched - 1, 0))
        if end > self.max_head or (end < 0 and len(buffer) > self.max_head + 1):
            raise ProtocolError("headers without end")
        if end < 0:
            self._searched = len(buffer)
            return False
        headers = parse_headers(bytes(memoryview(buffer)[:end]))
        if "Content-Type" not in headers:
            raise ProtocolError("a frame without a Content-Type")
        self._begin_body(headers, end + 2)
        return True

    def _begin_body(self, headers: dict[str, str], begin: int) -> None:
        del self._buffer[:begin]
        self._searched = 0
        self._need = _length(headers, self.max_body)
        self._headers = headers

    def _skip_empty_lines(self) -> None:
        buffer = self._buffer
        count = 1
        while count < len(buffer) and buffer[count] == 10:
            count += 1
        del buffer[:count]
        self._searched = 0

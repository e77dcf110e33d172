"""Bytes of the event socket: frames and events out, commands in. No socket here.

As recorded from FreeSWITCH 1.11.1 (scenarios 01a, 01b, 02a, 02f): an event's frame starts with Content-Length, plain
values are url-encoded per byte without encoding an existing %XX again, JSON values are not url-encoded, and a list is
`ARRAY::a|:b` in plain. A value may hold bytes that are no UTF-8 (a Latin-1 caller name): they travel as surrogate
escapes and leave as they came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

UNSAFE = frozenset(b'\r\n #%&+:;<=>?@[\\]^`{|}"')
END = re.compile(rb"\r?\n\r?\n")
HEX = frozenset(b"0123456789ABCDEF")
GOODBYE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
SHUTDOWN = "The system is being shut down.\n"

Value = str | list[str]


def to_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def url_encode(text: str) -> bytes:
    """Escape as switch_url_encode does: `%41` stays as it is, so the result cannot be decoded back with certainty."""
    data = to_bytes(text)
    out = bytearray()
    for index, byte in enumerate(data):
        escaped = byte == 0x25 and len(data) > index + 2 and set(data[index + 1 : index + 3]) <= HEX
        if not escaped and (byte < 0x20 or byte > 0x7E or byte in UNSAFE):
            out += b"%%%02X" % byte
        else:
            out.append(byte)
    return bytes(out)


def flat(value: Value) -> str:
    """A value as one string: a list of several becomes FreeSWITCH's ARRAY notation."""
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else "ARRAY::" + "|:".join(value)


# Most headers of an event are those of the one before. Long values are seldom the same twice: lists of all channels, or
# a checkpoint that changes with every step, would fill the memory.
KEPT = 1 << 14
LONG = 200


def plain_line(name: str, value: str) -> bytes:
    return _short_line(name, value) if len(value) <= LONG else _line(name, value)


def json_pair(name: str, value: str) -> bytes:
    return _short_pair(name, value) if len(value) <= LONG else _pair(name, value)


def _line(name: str, value: str) -> bytes:
    return name.encode() + b": " + url_encode(value) + b"\n"


def _pair(name: str, value: str) -> bytes:
    return to_bytes(json.dumps(name) + ":" + json.dumps(value, ensure_ascii=False))


_short_line, _short_pair = lru_cache(KEPT)(_line), lru_cache(KEPT)(_pair)


def plain(headers: Mapping[str, Value], body: str = "") -> bytes:
    """An event as text/event-plain: a header block, then its own body after an empty line."""
    lines = [plain_line(name, value if isinstance(value, str) else flat(value)) for name, value in headers.items()]
    if body:
        data = to_bytes(body)
        return b"".join(lines) + b"Content-Length: %d\n\n" % len(data) + data
    return b"".join(lines) + b"\n"


def event_json(headers: Mapping[str, Value], body: str = "") -> bytes:
    """An event as text/event-json: one object, the body in `_body`, several values of one name as a list."""
    pairs = []
    for name, value in headers.items():
        if isinstance(value, list) and len(value) > 1:
            pairs.append(
                to_bytes(json.dumps(name) + ":" + json.dumps(value, ensure_ascii=False, separators=(",", ":")))
            )
        else:
            pairs.append(json_pair(name, value if isinstance(value, str) else flat(value)))
    if body:
        pairs.append(json_pair("Content-Length", str(len(to_bytes(body)))))
        pairs.append(json_pair("_body", body))
    return b"{" + b",".join(pairs) + b"}"


def event_frame(kind: str, data: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-%s\n\n" % (len(data), kind.encode()) + data


def reply(text: str, more: str = "") -> bytes:
    """A command/reply frame.

    The text is neither encoded nor escaped: a newline in it forges a header, as in FreeSWITCH.
    """
    return to_bytes(f"Content-Type: command/reply\nReply-Text: {text}\n{more}\n")


def api_response(body: str) -> bytes:
    data = to_bytes(body)
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(data) + data


def notice(body: str, uuid: str = "") -> bytes:
    """The disconnect notice; only a connection that follows a call names it."""
    session = f"Controlled-Session-UUID: {uuid}\nContent-Disposition: disconnect\n" if uuid else ""
    return to_bytes(f"Content-Type: text/disconnect-notice\n{session}Content-Length: {len(body)}\n\n{body}")


def linger_notice(uuid: str, name: str, seconds: int) -> bytes:
    return to_bytes(
        f"Content-Type: text/disconnect-notice\nControlled-Session-UUID: {uuid}\nContent-Disposition: linger\n"
        f"Channel-Name: {name}\nLinger-Time: {seconds}\nContent-Length: 0\n\n"
    )


class Command:
    """One command of a client: its line, its headers (names in lower case) and its body."""

    __slots__ = ("body", "headers", "line")

    def __init__(self, line: str, headers: dict[str, str], body: str) -> None:
        self.line = line
        self.headers = headers
        self.body = body


class CommandReader:
    """Bytes in, commands out.

    Leading empty lines are skipped, CRLF is taken, a body is exactly Content-Length bytes.
    """

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> Iterator[Command]:
        self._data += data
        while (command := self._next()) is not None:
            yield command

    def _next(self) -> Command | None:
        data = self._data.lstrip(b"\r\n")
        end = END.search(data)
        if end is None:
            self._data = data
            return None
        rest = data[end.end() :]
        line, *lines = to_text(data[: end.start()]).replace("\r", "").split("\n")
        headers: dict[str, str] = {}
        for text in lines:
            name, colon, value = text.partition(":")
            if colon:
                headers.setdefault(name.strip().lower(), value.lstrip(" "))
        length = int(headers["content-length"]) if headers.get("content-length", "").isdigit() else 0
        if len(rest) < length:
            self._data = data
            return None
        self._data = rest[length:]
        return Command(line, headers, to_text(rest[:length]))

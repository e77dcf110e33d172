"""An event or a reply, as the rest of the controller sees it."""

from __future__ import annotations

from typing import Any

import orjson
from greenswitch import esl

from controller.esl.errors import ProtocolError
from controller.esl.wire import Packet, decoded, parse_headers


class Event(esl.ESLEvent):  # type: ignore[misc]
    """Headers and body of one event or reply, decoded. `data` is greenswitch's name for the body.

    A header of a JSON event may be a list (FreeSWITCH's array variables); `get` always gives text.
    """

    __slots__ = ("data", "headers")

    def __init__(self, headers: dict[str, Any], body: str = "") -> None:
        self.headers = headers
        self.data = body

    @property
    def body(self) -> str:
        """What follows the headers: a job's output, an api's answer, a reply's text."""
        return str(self.data)

    @property
    def name(self) -> str:
        """The Event-Name, such as CHANNEL_ANSWER; "" for a reply."""
        return self.get("Event-Name")

    @property
    def subclass(self) -> str:
        """The Event-Subclass of a CUSTOM event, such as sofia::register."""
        return self.get("Event-Subclass")

    def get(self, name: str, default: str = "") -> str:
        """A header as text; an array in FreeSWITCH's own writing, `ARRAY::a|:b`."""
        value = self.headers.get(name, default)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return "ARRAY::" + "|:".join(str(item) for item in value)
        return default if value is None else str(value)

    def variable(self, name: str, default: str = "") -> str:
        """A channel variable as text."""
        return self.get("variable_" + name, default)

    def __repr__(self) -> str:
        return f"Event({self.name or self.get('Content-Type')}, {len(self.headers)} headers)"


def read_event(packet: Packet) -> Event:
    """The event inside a `text/event-json` or `text/event-plain` packet; ProtocolError when it cannot be read."""
    if packet.kind == "text/event-json":
        return _read_json(packet.body)
    head, _, rest = packet.body.partition(b"\n\n")
    headers = decoded(parse_headers(head.rstrip(b"\n")))
    length = headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and len(length) <= 12:
        rest = rest[: int(length)]
    return Event(headers, rest.decode("utf-8", "replace"))


def _read_json(body: bytes) -> Event:
    try:
        headers = orjson.loads(body)
    except orjson.JSONDecodeError:
        # A name in Latin-1 passes through FreeSWITCH as it came and makes the whole event invalid UTF-8.
        try:
            headers = orjson.loads(body.decode("utf-8", "replace"))
        except orjson.JSONDecodeError as error:
            raise ProtocolError("an event that is not JSON") from error
    if not isinstance(headers, dict):
        raise ProtocolError("an event that is not a JSON object")
    text = headers.pop("_body", "")
    return Event(headers, text if isinstance(text, str) else str(text))

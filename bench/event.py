"""The event that every client reads: a channel's last event as FreeSWITCH sent it, with variables added to 20 kB."""

from __future__ import annotations

import json
import re
from pathlib import Path

SIZE = 20_000  # bytes of its plain form
_UNSAFE = re.compile(r"[^A-Za-z0-9_.!~*'(),/$-]")  # what FreeSWITCH writes as %XX in a plain event


def headers() -> dict[str, str | list[str]]:
    """The headers; what is added looks like an order that a shop's web service put on the call."""
    found = json.loads(Path(__file__).with_name("channel_event.json").read_text())
    while len(plain_body(found)) < SIZE:
        found[f"variable_order_{len(found)}"] = "Baguette tradition; 2 × 1.30 €; Rue de l'Église 12, 67000 Strasbourg"
    return found


def plain(event: dict[str, str | list[str]]) -> bytes:
    """The frame that `event plain` gives."""
    return _frame("text/event-plain", plain_body(event))


def as_json(event: dict[str, str | list[str]]) -> bytes:
    """The frame that `event json` gives."""
    return _frame("text/event-json", json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())


def plain_body(event: dict[str, str | list[str]]) -> bytes:
    """The headers of a plain event, and the empty line."""
    return ("".join(f"{name}: {_quoted(value)}\n" for name, value in event.items()) + "\n").encode()


def _quoted(value: str | list[str]) -> str:
    text = value if isinstance(value, str) else "ARRAY::" + "|:".join(value)
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)


def _frame(kind: str, body: bytes) -> bytes:
    return f"Content-Length: {len(body)}\nContent-Type: {kind}\n\n".encode() + body

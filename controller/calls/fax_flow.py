"""The flows of our own that send and receive a fax: a number in mode fax leads to one, and a call placed for a fax.

The name of one says everything about it, so that whoever adopts the call walks the same.
"""

from __future__ import annotations

from typing import Any

FAX = "fax:"  # flows of our own begin so; no file can name one like this
RECEIVE = "fax:receive"
_SEND = "fax:send:"
END: dict[str, Any] = {"kind": "hang_up"}


def send_flow(rung: str, start_page: int) -> str:
    """The name of the flow that sends the document of a placed call."""
    return f"{_SEND}{rung}:{start_page}"


def fax_flow(name: str) -> dict[str, Any]:
    """The document of such a flow. LookupError when there is none of that name."""
    if name == RECEIVE:
        exits = {"received": "end", "partial": "end", "failed": "end"}
        return {
            "name": name,
            "start": "receive",
            "nodes": {"receive": {"kind": "receive_fax", "exits": exits}, "end": END},
        }
    rung, _, page = name.removeprefix(_SEND).partition(":")
    if not name.startswith(_SEND) or not page.isdecimal():
        raise LookupError(name)
    send = {
        "kind": "send_fax",
        "document": "{{fax_file}}",
        "header": "{{fax_header}}",
        "ident": "{{fax_ident}}",
        "manner": rung,
        "start_page": int(page),
        "exits": {"sent": "end", "partial": "end", "failed": "end"},
    }
    return {"name": name, "start": "send", "nodes": {"send": send, "end": END}}

"""How an outgoing request ends without an answer that can be used."""

from __future__ import annotations

from typing import Any


class OutgoingError(Exception):
    """`message` is a template for translation, `fields` fill it, `reason` is both in English."""

    def __init__(self, message: str, **fields: Any) -> None:
        self.message = message
        self.fields = fields
        self.reason = message.format(**fields)
        super().__init__(self.reason)


class OutgoingRefused(OutgoingError):
    """Not sent: the request is malformed, or leads where requests may not go (also after a redirect)."""


class OutgoingFailed(OutgoingError):
    """Certainly not delivered, or answered with something that is no usable answer."""


class OutgoingUnknown(OutgoingError):
    """Sent, and no whole answer came: it may or may not have had its effect."""

"""How a receiver knows that a delivery is ours, and new: an HMAC over the moment and the body."""

from __future__ import annotations

import hmac
import secrets

BEGINS = "whsec_"


def new_secret() -> str:
    """A secret for a webhook."""
    return BEGINS + secrets.token_urlsafe(32)


def signature(secret: str, at: int, body: bytes) -> str:
    """The header Souffleur-Signature: `t=UNIX,v1=HEX`, HMAC-SHA256 with the secret over `UNIX.BODY`."""
    signed = b"%d." % at + body
    return f"t={at},v1={hmac.new(secret.encode(), signed, 'sha256').hexdigest()}"

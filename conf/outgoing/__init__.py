"""The one HTTP client for requests that a subscriber configures: http nodes, webhooks, lists by URL, CRM.

A subscriber's URL must not reach what only this machine can reach. Every hop is checked after its name is resolved,
and the connection goes to the address that was checked.
"""

from conf.outgoing.errors import OutgoingError, OutgoingFailed, OutgoingRefused, OutgoingUnknown
from conf.outgoing.exchange import Reply
from conf.outgoing.fetch import fetch

__all__ = ["OutgoingError", "OutgoingFailed", "OutgoingRefused", "OutgoingUnknown", "Reply", "fetch"]

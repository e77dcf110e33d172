"""The kinds of events that a webhook may choose: those of calls in the words of their journal, and those of faxes."""

from __future__ import annotations

from typing import Any

from conf.models import CallEvent
from conf.problems import N_

EVENTS = {
    "offered": N_("A call comes in"),
    "ringing": N_("A phone rings"),
    "connected": N_("Somebody answered"),
    "redirected": N_("The call was transferred"),
    "ended": N_("The call ended"),
    "not_placed": N_("A call could not be placed"),
    "command": N_("The flow asks for something"),
    "result": N_("The flow hears a result"),
    "fallback": N_("The flow could not go on"),
    "gap": N_("FreeSWITCH lost the call"),
    "adopted": N_("Another controller took the call over"),
    "handed_over": N_("A controller hands the call to another one"),
    "attended": N_("A controller watches the conversation again"),
    "fax.sent": N_("A fax was sent"),
    "fax.failed": N_("A fax could not be sent"),
    "fax.requeued": N_("A fax is tried again"),
    "fax.uncertain": N_("It is not known whether a fax arrived"),
    "fax.received": N_("A fax came in"),
}
TEST = "test"  # what a test delivery tells


def told(event: CallEvent, slug: str) -> dict[str, Any]:
    """What is sent of an event: what the live feed tells of it."""
    return {
        "event": event.kind,
        "call": event.call,
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "subscriber": slug,
        "data": event.data,
    }

"""Click to call: a user's phone rings first; who picks up is connected like anybody who dials from that phone."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import gevent

from conf.snapshot import Snapshot
from controller.calls.journal import Journal
from controller.calls.offer import CALL, CALLER, SUBSCRIBER, USER
from controller.calls.routing import user_of
from controller.calls.trial import NUMBER
from controller.esl import api
from controller.esl.applications import Leg
from controller.esl.arguments import safe_name
from controller.esl.errors import EslError
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
RING = 30.0  # seconds that the user's own phone rings


@dataclass(frozen=True)
class Wish:
    """Whose phone rings (an extension of the subscriber), and whom it then calls."""

    subscriber: str
    extension: str
    to: str


def read_wish(document: dict[str, Any]) -> Wish:
    """Read a wish from JSON; ValueError names the field that is wrong and why."""
    wish = Wish(*(str(document.get(name, "")) for name in ("subscriber", "extension", "to")))
    for name in ("extension", "to"):
        if not NUMBER.fullmatch(getattr(wish, name)):
            raise ValueError(
                f"{name}: {getattr(wish, name)!r} is not a number: digits, * and #, perhaps a + before them"
            )
    return wish


def connect(connection: Inbound, journal: Journal, subscriber: Snapshot, domain: str, wish: Wish) -> str:
    """Ring the user's phone; returns the call id at once. ValueError when nobody has that extension."""
    user = user_of(subscriber, wish.extension)
    if user is None:
        raise ValueError(f"extension: no user of {subscriber.slug} has the extension {wish.extension}")
    call = str(uuid4())
    told = {CALL: call, SUBSCRIBER: subscriber.slug, USER: str(user["login"]), CALLER: wish.extension}
    # On a leg that we made, FreeSWITCH takes its destination ("101%domain") for the caller that others are shown.
    told |= {
        "effective_caller_id_number": wish.extension,
        "effective_caller_id_name": safe_name(str(user.get("name") or "")) or wish.extension,
    }
    leg = Leg.phone(wish.extension, f"{subscriber.slug}.{domain}", variables=told, caller_number=wish.to)
    command = api.originate(leg, api.Extension(wish.to, "internal"), ring=RING)
    gevent.spawn(_originate, connection, journal, command, call, subscriber.subscriber_id)
    return call


def _originate(connection: Inbound, journal: Journal, command: str, call: str, subscriber: int) -> None:
    try:
        connection.bgapi(command, timeout=RING + 30.0)
    except EslError as error:
        reason = str(error).rpartition("-ERR ")[2]
        journal.note(call, 0, subscriber, "not_placed", {"reason": reason})

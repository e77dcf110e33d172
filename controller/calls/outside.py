"""A call that no controller which answers has, and that FreeSWITCH may have all the same."""

from __future__ import annotations

import gevent

from controller.calls.channels import offered
from controller.calls.checkpoint import read
from controller.calls.offer import CALL, CHECKPOINT, call_of
from controller.esl import api
from controller.esl.errors import CommandRefused
from controller.esl.inbound import Inbound

LATE = 0.6  # seconds by which the list of channels may be late


def end(connection: Inbound, call: str, subscriber: int | None) -> bool:
    """End a call by its channel, where that says that it is this subscriber's (None: the operator asks).

    False when there is no such channel, or its checkpoint names another subscriber or none.
    """
    uuid = _find(connection, call)
    if not uuid:
        gevent.sleep(LATE)
        uuid = _find(connection, call)
    if not uuid:
        return False
    saved = read(connection.api(api.uuid_getvar(uuid, CHECKPOINT)))
    if subscriber is not None and (saved is None or saved.subscriber != subscriber):
        return False
    connection.api(api.uuid_kill(uuid))
    return True


def _find(connection: Inbound, call: str) -> str:
    return next((row.uuid for row in offered(connection) if _is(connection, row.uuid, call)), "")


def _is(connection: Inbound, uuid: str, call: str) -> bool:
    if call_of(uuid) == call:
        return True
    try:
        return connection.api(api.uuid_getvar(uuid, CALL)) == call
    except CommandRefused:  # it has ended meanwhile
        return False

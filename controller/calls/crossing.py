"""An attended transfer (REFER with Replaces) joins two calls, and may only join calls of one subscriber.

FreeSWITCH joins whatever two calls a phone names, and whoever knows a Call-ID can name a stranger's. It tells of it
just before (`fire-transfer-events`), and we end the side of whoever asked. The other one goes on where its flow leads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from controller.calls.blocking import Bounded
from controller.calls.offer import SUBSCRIBER
from controller.esl import api
from controller.esl.errors import EslError, Unsafe
from controller.esl.event import Event
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
REPLACED, TRANSFEROR = "sofia::replaced", "sofia::transferor"
EVENTS = (REPLACED, TRANSFEROR)
CAUSE = "CALL_REJECTED"
REMEMBERED = 200


class Crossing:
    """Hears of transfers of one FreeSWITCH."""

    def __init__(self, connection: Callable[[], Inbound]) -> None:
        self._connection = connection
        self._replaced: Bounded[str, str] = Bounded(REMEMBERED)  # a phone's own leg, and its subscriber

    def hear(self, event: Event) -> None:
        """First of the leg that is replaced (if both calls are talks), then of the one whose phone asked for it."""
        own, subscriber = event.get("Unique-ID"), event.variable(SUBSCRIBER)
        if event.subclass == REPLACED:
            self._replaced.put(own, subscriber)
            return
        sent, onto = event.get("att_xfer_original_call_id"), event.get("att_xfer_destination_call_id")
        if not onto:  # a blind transfer: it is offered to a controller
            return
        others = [uuid for uuid in (event.get("att_xfer_destination_peer_uuid"), sent, onto) if uuid not in ("", own)]
        if subscriber and subscriber == next(filter(None, map(self._subscriber_of, others)), ""):
            return
        log.warning("channel %s would join calls of two subscribers and is hung up", own)
        # A call that talks with nobody is sent on by the phone's word; of two talks the stranger's goes on.
        for uuid in {own, sent, onto} if sent == own else {own, sent}:
            self._end(uuid)

    def _subscriber_of(self, uuid: str) -> str:
        if uuid in self._replaced:
            return self._replaced[uuid]
        try:
            found = self._connection().api(api.uuid_getvar(uuid, SUBSCRIBER))
        except (EslError, Unsafe):
            return ""
        return "" if found == "_undef_" else found

    def _end(self, uuid: str) -> None:
        try:
            self._connection().api(api.uuid_kill(uuid, CAUSE))
        except (EslError, Unsafe) as error:  # it has ended, or FreeSWITCH is away and everything has
            log.info("channel %s: %s", uuid, error)

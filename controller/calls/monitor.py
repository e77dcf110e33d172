"""The controller's own connection to FreeSWITCH: it follows what happens there, and reconciles after a gap."""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent
import orjson

from controller.calls.switchboard import Switchboard
from controller.esl import api
from controller.esl.errors import EslError
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
SETTLING = 1.0  # seconds: FreeSWITCH's list of channels is late by half a second


class Monitor:
    """One FreeSWITCH as seen by this controller."""

    def __init__(self, switchboard: Switchboard, sleep: Callable[[float], None] = gevent.sleep) -> None:
        self._switchboard = switchboard
        self._sleep = sleep

    def on_up(self, connection: Inbound) -> None:
        """Subscribe, then compare FreeSWITCH's channels with ours: nothing is sent again."""
        connection.subscribe("BACKGROUND_JOB")
        gevent.spawn(self.reconcile, connection)

    def reconcile(self, connection: Inbound) -> None:
        """End the sessions whose channel FreeSWITCH does not have any more."""
        ours = self._switchboard.uuids()
        if not ours:
            return
        self._sleep(SETTLING)
        try:
            ghosts = ours - channels(connection)
        except (EslError, ValueError, KeyError) as error:  # no answer, or none that can be read
            log.warning("the channels could not be listed: %s", error)
            return
        # A call that ended meanwhile is no ghost, and one that began is not in `ours`.
        self._switchboard.lost(ghosts & self._switchboard.uuids())


def channels(connection: Inbound) -> set[str]:
    """The uuids of FreeSWITCH's channels, as far as its list has got."""
    answer = orjson.loads(connection.api(api.show_channels()))
    return {row["uuid"] for row in answer.get("rows", ())}

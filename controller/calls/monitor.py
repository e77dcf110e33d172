"""The controller's own connection to FreeSWITCH: it follows what happens there, and reconciles after a gap."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import gevent
import orjson

from controller.calls.switchboard import Switchboard
from controller.esl import api
from controller.esl.dispatch import Handle
from controller.esl.errors import EslError
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
SETTLING = 1.0  # seconds: FreeSWITCH's list of channels is late by half a second


@dataclass(frozen=True)
class Subscription:
    """Who wants to hear which events; `subclasses` are those of CUSTOM."""

    handle: Handle
    events: tuple[str, ...]
    subclasses: tuple[str, ...]


class Monitor:
    """One FreeSWITCH as seen by this controller."""

    def __init__(self, switchboard: Switchboard, sleep: Callable[[float], None] = gevent.sleep) -> None:
        self._switchboard = switchboard
        self._sleep = sleep
        self._subscriptions: list[Subscription] = []
        self._reconciled: list[Callable[[Inbound], object]] = []

    def subscribe(self, handle: Handle, *events: str, subclasses: tuple[str, ...] = ()) -> None:
        """Have `handle(event)` called for these events of all of FreeSWITCH, on this connection and on each new one.

        Counts from the next connection on, so call it before the link starts. Handles run one after the other: one that
        waits holds the others up, one that raises is logged and disturbs nobody.
        """
        self._subscriptions.append(Subscription(handle, events, subclasses))

    def on_reconciled(self, callback: Callable[[Inbound], object]) -> None:
        """Have `callback(connection)` called each time FreeSWITCH's channels have been compared with ours."""
        self._reconciled.append(callback)

    def on_up(self, connection: Inbound) -> None:
        """Subscribe, then compare FreeSWITCH's channels with ours: nothing is sent again."""
        names = dict.fromkeys(["BACKGROUND_JOB"])
        subclasses: dict[str, None] = {}
        for wanted in self._subscriptions:
            for key in (*wanted.events, *wanted.subclasses):
                connection.register_handle(key, wanted.handle)
            names |= dict.fromkeys(wanted.events)
            subclasses |= dict.fromkeys(wanted.subclasses)
        connection.subscribe(*names, subclasses=tuple(subclasses))
        gevent.spawn(self.reconcile, connection)

    def reconcile(self, connection: Inbound) -> None:
        """End the sessions whose channel FreeSWITCH does not have any more, and tell those who waited for that."""
        self._end_ghosts(connection)
        for callback in self._reconciled:
            try:
                callback(connection)
            except Exception:
                log.exception("after reconciling")

    def _end_ghosts(self, connection: Inbound) -> None:
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

"""This controller's lease: while it lasts, nobody else touches its calls."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import gevent
from sqlalchemy.exc import SQLAlchemyError

from controller.calls.fleet import Fleet

log = logging.getLogger(__name__)
LASTS = 6.0  # seconds
RENEW = 2.0  # seconds
AGAIN = 0.5  # seconds, when the database did not take it


def twin(fleet: Fleet, controller: str, instance: str, probe: Callable[[str], str | None]) -> str:
    """Where another process of this name takes calls; "" when none does, or it drains, or that cannot be known.

    Two of one name would take each other's calls for ever. `probe(url)` tells the instance that answers there.
    """
    try:
        mine = next((peer for peer in fleet.peers() if peer.id == controller), None)
    except (SQLAlchemyError, OSError):
        return ""
    if mine is None or mine.state.get("draining"):
        return ""
    return mine.url if (probe(mine.url) or instance) != instance else ""


class Lease:
    """Held for ever by `keep`, which runs in a greenlet of its own.

    `epoch` is 0 until the database gave one. When another process starts under the same name it has the lease, and
    `on_overtaken` is called once: two of one name would adopt each other's calls.
    """

    def __init__(
        self,
        fleet: Fleet,
        controller: str,
        state: Callable[[], dict[str, Any]],
        on_overtaken: Callable[[], object],
        sleep: Callable[[float], None] = gevent.sleep,
    ) -> None:
        self._fleet = fleet
        self._controller = controller
        self._state = state
        self._on_overtaken = on_overtaken
        self._sleep = sleep
        self._where = ("", "")
        self.epoch = 0
        self.overtaken = False

    def keep(self, url: str, freeswitch: str) -> None:
        """Take the lease and renew it until another process has taken it."""
        self._where = (url, freeswitch)
        while not self.overtaken:
            try:
                self.renew(url, freeswitch)
                pause = RENEW
            except (SQLAlchemyError, OSError) as error:
                log.debug("the lease could not be renewed: %s", type(error).__name__)
                pause = AGAIN
            self._sleep(pause)

    def renew(self, url: str, freeswitch: str) -> None:
        """Take or renew the lease now; SQLAlchemyError when the database is away."""
        if not self.epoch:
            self.epoch = self._fleet.start(self._controller, url, freeswitch, LASTS, self._state())
        elif not self._fleet.renew(self._controller, self.epoch, LASTS, self._state()):
            self.overtaken = True
            log.error("another process runs under the name %s: this one ends", self._controller)
            self._on_overtaken()

    def announce(self) -> None:
        """Tell the others now how this controller is, not at the next renewal."""
        try:
            self.renew(*self._where)
        except (SQLAlchemyError, OSError) as error:
            log.debug("the lease could not be renewed: %s", type(error).__name__)

    def leave(self) -> None:
        """End the lease, since this controller stops."""
        if not self.epoch or self.overtaken:
            return
        try:
            self._fleet.leave(self._controller, self.epoch)
        except (SQLAlchemyError, OSError) as error:
            log.debug("the lease runs out by itself: %s", type(error).__name__)

"""A call that talks while its controller is dead: this one shows it, and can end or transfer it, without a socket of
its own. When the talk ends FreeSWITCH offers the call, and it walks on like any other.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import gevent

from conf.snapshot import Snapshot
from controller.calls.attendants.calls import Place
from controller.calls.attendants.outside import Reached
from controller.calls.attendants.seat import Seat
from controller.calls.channels import LOOP
from controller.calls.checkpoint import Checkpoint
from controller.calls.gap import Gap
from controller.calls.house import House
from controller.calls.journal import Log
from controller.calls.offer import CONNECTED, DIALLING, OWNER, PARTED, REDIRECT, Offer
from controller.calls.record import Record
from controller.calls.routing import can_reach
from controller.esl import api
from controller.esl.errors import EslError
from controller.esl.fields import Headers, partner, talking_with, variable
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
TALKS_ON = 0.3  # seconds in which one talk that ends becomes another


class Attended:
    """A call followed from outside; `address` is where its channel is sent to come here."""

    def __init__(self, house: House, connection: Inbound, offer: Offer, saved: Checkpoint, address: str) -> None:
        self._house = house
        self.connection = connection
        self._saved = saved
        self._address = address
        self.offer = offer
        self.subscriber: Snapshot | None = house.configuration.subscriber(saved.subscriber)
        self._log = Log(house.journal, offer.call, saved.epoch)
        self._log.subscriber = saved.subscriber
        self._log.note("attended", owner=saved.owner)
        self._coming = False
        self._talks = 0
        # What the controller before us let grow goes; its words are lost from its death until now.
        self._line = Reached(offer.uuid, lambda: self.connection)
        if house.ears:
            house.ears.taps.clear(self._line)
        about = (saved.direction, saved.number, saved.epoch + 1)
        self._seat = Seat(house.desk, self._line, offer, self.subscriber, *about, self._place)

    def is_ours(self) -> bool:
        """Whether no other controller has taken the call since; not when that cannot be known."""
        try:
            return self.connection.api(api.uuid_getvar(self.offer.uuid, OWNER)) == self.offer.owner
        except EslError as error:
            log.debug("call %s: %s", self.offer.call, error)
            return False

    def ended(self) -> None:
        """Nobody talks in it any more: it is over, or on its way to somebody."""
        self._seat.leave(over=True)

    def left(self) -> None:
        """Another controller has it."""
        self._seat.leave()

    def lost(self, gap: Gap) -> None:
        """FreeSWITCH lost the call: it is on record, as far as it is known here."""
        self._seat.end()
        record = Record(self.offer, controller=self._house.owner.controller)
        record.resume(self._saved)
        record.tally.problem = gap.text()
        if record.tally.connected:
            record.close_talk(gap.after)
        fact = record.fact(None, self._house.now())
        self._house.put(fact)
        self._log.note("gap", **gap.told())
        self._log.note("ended", cause="unknown", by="", disposition=fact["disposition"])

    def hang_up(self, cause: str = "NORMAL_CLEARING") -> None:
        """End the call."""
        self.connection.api(api.uuid_kill(self.offer.uuid, cause))

    def redirect(self, target: str) -> bool:
        """Take the caller away and ring `target`, an extension or an E.164 number; False when it is neither."""
        if not self.subscriber or not can_reach(self.subscriber, target):
            return False
        self.connection.api(api.uuid_setvar(self.offer.uuid, REDIRECT, target))
        self.fetch()
        return True

    def answered(self, headers: Headers) -> None:
        """Somebody may have answered while no controller had the call."""
        self.talks_on()
        found = talking_with(headers)
        if found:
            known = self._saved.tally.connected
            self._seat.talks(found[0] or (str(known[0]) if known else ""), partner(headers))
        dial = variable(headers, DIALLING)
        if found is None or not dial or self._saved.tally.connected:
            return
        who, since = found
        self._saved.tally.connected = [who, since]
        self._log.note("connected", to=who)
        try:
            self.connection.api(api.uuid_setvar(self.offer.uuid, CONNECTED, f"{dial} {since:.3f} {who}"))
        except EslError as error:
            log.debug("call %s: %s", self.offer.call, error)

    def talks_on(self) -> None:
        """A talk begins, perhaps with another one."""
        self._talks += 1

    def parted(self) -> None:
        """The talk has ended: the call comes here, unless it was fetched, which is why it ended, or talks on.

        A phone that transfers it to somebody whom it has asked first ends one talk and begins the next.
        """
        at, talks = time.time(), self._talks
        self._seat.parted()
        gevent.sleep(TALKS_ON)
        if self._coming or self._talks != talks or not self.is_ours():
            return
        try:
            self.connection.api(api.uuid_setvar(self.offer.uuid, PARTED, f"{at:.3f}"))
            self.fetch()
        except EslError as error:  # it has ended, or is on its way
            log.debug("call %s: %s", self.offer.call, error)

    def fetch(self) -> None:
        """Have the call offered to this controller; what it does ends."""
        to = api.Named(f"souffleur_at_{self._address}", LOOP)
        self._coming = True
        try:
            self.connection.api(api.uuid_transfer(self.offer.uuid, to))
        except EslError:
            self._coming = False
            raise

    def _place(self) -> Place:
        tally = self._saved.tally
        return Place(tally.path[-1].flow, tally.path[-1].node) if tally.path else Place()

    def state(self) -> dict[str, Any]:
        """The call as the live board shows it."""
        tally = self._saved.tally
        here = tally.path[-1] if tally.path else None
        return {
            "call": self.offer.call,
            "uuid": self.offer.uuid,
            "subscriber": self.subscriber.slug if self.subscriber else "",
            "direction": self._saved.direction,
            "from": self.offer.caller,
            "to": self.offer.dialled,
            "since": self.offer.created,
            "flow": here.flow if here else "",
            "node": here.node if here else "",
            "doing": "Dial",
            "talking_to": str(tally.connected[0]) if tally.connected else "",
        }


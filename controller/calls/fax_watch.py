"""Faxes that no controller has: theirs died, and FreeSWITCH goes on. What is heard of them is told all the same.

The call itself is left alone: FreeSWITCH ends it with the result, and a transfer would cut the page that is on its way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

import gevent
from sqlalchemy.exc import SQLAlchemyError

from controller.calls.fax_facts import SINCE, attempt_of, pages_fact, result_fact
from controller.calls.faxing import HELD
from controller.calls.offer import OWNER, SUBSCRIBER
from controller.calls.ownership import read_owner
from controller.calls.spool import Fact
from controller.esl import api, fax
from controller.esl.errors import EslError
from controller.esl.event import Event
from controller.esl.fax import fax_end
from controller.esl.fields import decimal, variable
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
RESULTS = ("spandsp::txfaxresult", "spandsp::rxfaxresult")
PAGE = "spandsp::txfaxpageresult"


@dataclass(frozen=True)
class FaxWatch:
    """`ours` are the channels that this controller has, `alive` the controllers that live, by name."""

    controller: str
    ours: Callable[[], set[str]]
    alive: Callable[[], Collection[str]]
    subscriber_id: Callable[[str], int | None]
    put: Callable[[Fact], None]
    connection: Callable[[], Inbound]
    now: Callable[[], float]

    def hear(self, event: Event) -> None:
        """What the fax engine says of any channel."""
        if event.get("Unique-ID") not in self.ours() and event.subclass in (PAGE, *RESULTS):
            gevent.spawn(self._hear, event)

    def _hear(self, event: Event) -> None:
        owner = read_owner(variable(event.headers, OWNER))
        if owner is None or self._has_another(owner.controller):
            return
        if fact := self._fact(event):
            self.put(fact)
        if event.subclass in RESULTS:
            gevent.spawn_later(HELD, self._end, event.get("Unique-ID"))

    def _has_another(self, controller: str) -> bool:
        try:
            return controller != self.controller and controller in self.alive()
        except SQLAlchemyError:  # told twice is told once
            return False

    def _fact(self, event: Event) -> Fact | None:
        headers, attempt = event.headers, attempt_of(event.headers)
        subscriber = self.subscriber_id(variable(headers, SUBSCRIBER))
        if not attempt or subscriber is None:
            return None
        end, now = fax_end(headers), self.now()
        if event.subclass == PAGE:
            return pages_fact(subscriber, attempt, end.pages)
        seconds = now - (decimal(variable(headers, SINCE)) or now)
        return result_fact(subscriber, attempt, now, end, seconds, answered=True)

    def _end(self, uuid: str) -> None:
        try:
            self.connection().api(api.uuid_kill(uuid))
        except EslError as error:  # it has ended by itself, as it should
            log.debug("fax at %s: %s", uuid, error)


EVENTS = fax.EVENTS

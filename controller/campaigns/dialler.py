"""Places the calls of campaigns: takes contacts from the database, asks FreeSWITCH once for each, notes the outcome.

The call is committed before FreeSWITCH is asked and is never asked for again under its name: a controller that dies in
between leaves a call whose record, or silence, tells the others how it went (see `reckoning`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import gevent
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from conf.campaigns import calling, editing
from conf.campaigns.calling import Taken
from conf.campaigns.retries import outcome_of
from conf.database import operator, scoped
from conf.problems import ConfigurationError
from controller.calls import placed
from controller.calls.configuration import Configuration
from controller.calls.outbound import NO_ROUTE, not_carried, way_out
from controller.calls.threads import Threads
from controller.campaigns.reckoning import reckon
from controller.esl import api
from controller.esl.errors import CommandRefused, EslError, Unsafe
from controller.esl.inbound import Inbound
from controller.flow.commands import External

log = logging.getLogger(__name__)
EVERY = 1.0  # seconds between two rounds
RECKONED = 3  # rounds between two looks at the calls that are open
PATIENCE = 30.0  # seconds that FreeSWITCH has to answer after the ringing
Note = Callable[[str, int, int, str, dict[str, Any]], object]


def new_names() -> tuple[str, str]:
    """The names of a call and of its channel."""
    return str(uuid4()), str(uuid4())


class Dialler:
    """The campaigns' calls of one controller.

    `note` writes a line into the journal, `alive` names the controllers that live, `now` is the clock.
    """

    def __init__(
        self,
        controller: str,
        engine: Engine,
        pool: Threads,
        connection: Callable[[], Inbound],
        configuration: Configuration,
        note: Note,
        alive: Callable[[], set[str]],
        ending: Callable[[], bool] = lambda: False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._controller = controller
        self._engine = engine
        self._pool = pool
        self._connection = connection
        self._configuration = configuration
        self._note = note
        self._alive = alive
        self._ending = ending
        self.now = now
        self._rounds = 0
        self._waiting = False

    def keep(self) -> None:
        """Go on for ever. A database or a switch that is away only means that nobody is called."""
        while True:
            try:
                if not self._ending():
                    self.round()
                self._waiting = False
            except (SQLAlchemyError, EslError) as error:
                if not self._waiting:  # said once
                    log.info("campaigns wait: %s", error)
                self._waiting = True
            except Exception:
                log.exception("campaigns")
            gevent.sleep(EVERY)

    def round(self) -> None:
        """Look at the calls that are open, then place those that may be placed now."""
        connection = self._connection()  # raises while FreeSWITCH is away
        if self._rounds % RECKONED == 0:
            self._reckon(connection)
        self._rounds += 1
        for subscriber, campaign in self._pool.apply(self._running):
            for taken in self._pool.apply(self._take, (subscriber, campaign)):
                gevent.spawn(self._place, taken)

    # --- in threads of the pool -------------------------------------------------------------------------------------

    def _running(self) -> list[tuple[int, str]]:
        with operator(self._engine, read_only=True) as session:
            return [(campaign.subscriber_id, campaign.name) for campaign in calling.running(session)]

    def _take(self, subscriber: int, name: str) -> list[Taken]:
        with scoped(self._engine, subscriber) as session:
            try:
                campaign = editing.read(session, name)
                taken = calling.take(session, campaign, self._controller, new_names, self.now())
                if not taken:
                    calling.end_what_is_done(session, campaign, self.now())
            except LookupError:  # removed meanwhile
                return []
            except ConfigurationError as error:  # written by another version of ours
                editing.move(session, editing.read(session, name), "paused", self.now(), str(error))
                return []
        return taken

    def _conclude(self, taken: Taken, outcome: str, cause: str) -> None:
        with scoped(self._engine, taken.subscriber_id) as session:
            calling.conclude(session, taken.call, outcome, cause, self.now())

    def _placed(self, taken: Taken, channel: str) -> bool:
        with scoped(self._engine, taken.subscriber_id) as session:
            return calling.placed(session, taken.call, channel)

    def _reckon(self, connection: Inbound) -> None:
        live = lambda channel: connection.api(api.uuid_exists(channel)) == "true"  # noqa: E731
        reckon(self._engine, self._pool, self._controller, self._alive(), live, self.now())

    # --- one call ---------------------------------------------------------------------------------------------------

    def _place(self, taken: Taken) -> None:
        try:
            outcome, cause = self._ring(taken)
            if outcome:
                self._pool.apply(self._conclude, (taken, outcome, cause))
                self._note(taken.call, 1, taken.subscriber_id, "not_reached", {"outcome": outcome, "cause": cause})
        except (EslError, SQLAlchemyError) as error:
            # Whether it rings is not known: the reckoning will tell.
            log.warning("call %s of the campaign %s: %s", taken.call, taken.campaign, error)
        except Exception:
            log.exception("call %s of the campaign %s", taken.call, taken.campaign)

    def _ring(self, taken: Taken) -> tuple[str, str]:
        """Ring by one trunk after the other; ("", "") when somebody answered, else the outcome and the cause."""
        subscriber = self._configuration.subscriber(taken.subscriber_id)
        if subscriber is None:
            return "failed", "CALL_REJECTED"
        way = way_out(External(taken.number), self._configuration.trunks(), self._configuration.outbound_rules())
        if not way.trunks:
            return "failed", way.cause or NO_ROUTE
        given = placed.Given(taken.flow, _variables(taken))
        cause = NO_ROUTE
        for turn, trunk in enumerate(way.trunks):
            channel = new_names()[1] if turn else taken.channel
            call = placed.Placed(subscriber.slug, taken.call, channel, taken.number, taken.presented, taken.ring, given)
            try:
                command = call.command(trunk, way.number)
                if not self._pool.apply(self._placed, (taken, channel)):
                    log.warning("call %s of the campaign %s was given up: it is not placed", taken.call, taken.campaign)
                    return "", ""
                if not turn:
                    self._note(taken.call, 0, taken.subscriber_id, "placed", {"to": taken.number, "trunk": trunk})
                self._connection().bgapi(command, timeout=taken.ring + PATIENCE)
            except Unsafe as error:
                log.error("call %s of the campaign %s: %s", taken.call, taken.campaign, error)
                return "failed", "INVALID_NUMBER_FORMAT"
            except CommandRefused as error:
                cause = error.reply.partition("-ERR ")[2].strip() or NO_ROUTE
                if not not_carried(cause):
                    return outcome_of(cause), cause
            else:
                return "", ""
        return outcome_of(cause), cause


def _variables(taken: Taken) -> dict[str, str]:
    told = {"campaign": taken.campaign, **taken.variables}
    return told | ({"language": taken.language} if taken.language else {})

"""The controller's own connection to FreeSWITCH: it follows what happens there, and reconciles after a gap."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import gevent
from gevent.event import Event as Signal

from controller.calls.gap import Gap, Reason
from controller.calls.journal import Journal
from controller.calls.switchboard import Switchboard
from controller.esl import api
from controller.esl.dispatch import Handle
from controller.esl.errors import CommandRefused, EslError, NoReply
from controller.esl.inbound import Inbound
from controller.esl.vitals import Vitals, read_vitals

log = logging.getLogger(__name__)
SETTLING = 1.0  # seconds in which a call that ended just now says so itself
SIGN_OF_LIFE = 2.5  # seconds that FreeSWITCH has to answer; with the time between two questions below 5
PATIENCE = 60.0  # seconds that the end of a call waits for a FreeSWITCH that is away


@dataclass(frozen=True)
class Subscription:
    """Who wants to hear which events; `subclasses` are those of CUSTOM."""

    handle: Handle
    events: tuple[str, ...]
    subclasses: tuple[str, ...]


class Monitor:
    """One FreeSWITCH as seen by this controller. A link calls `on_up`, `check` and `on_change`."""

    def __init__(
        self,
        switchboard: Switchboard,
        journal: Journal,
        controller: str,
        sleep: Callable[[float], None] = gevent.sleep,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._switchboard = switchboard
        self._journal = journal
        self._controller = controller
        self._sleep = sleep
        self._now = now
        self._clock = clock
        self._subscriptions: list[Subscription] = []
        self._reconciled: list[Callable[[Inbound], object]] = []
        self._connection: Inbound | None = None
        self._up = Signal()
        self._stopped = False
        self._core = ""  # FreeSWITCH's own name for one of its lives
        self._heard = now()
        self._away_since = 0.0  # 0: it is there
        self._sequence = 0
        self._silent = False
        self._vitals: Vitals | None = None

    # --- what others ask of it --------------------------------------------------------------------------------------

    def subscribe(self, handle: Handle, *events: str, subclasses: tuple[str, ...] = ()) -> None:
        """Have `handle(event)` called for these events of all of FreeSWITCH, on this connection and on each new one.

        Counts from the next connection on, so call it before the link starts. Handles run one after the other: one that
        waits holds the others up, one that raises is logged and disturbs nobody.
        """
        self._subscriptions.append(Subscription(handle, events, subclasses))

    def on_reconciled(self, callback: Callable[[Inbound], object]) -> None:
        """Have `callback(connection)` called each time FreeSWITCH's channels have been compared with ours."""
        self._reconciled.append(callback)

    def gone(self, uuid: str, patience: float = PATIENCE) -> Gap | None:
        """Why FreeSWITCH has a channel no more; None while it has it.

        Waits for a FreeSWITCH that is away, for `patience` seconds: its calls go on when only its event socket was.
        """
        core, after = self._core, self._heard
        until = self._now() + patience
        while self._up.wait(max(0.0, until - self._now())) and not self._stopped and self._connection:
            try:
                lives = self._connection.api(api.uuid_exists(uuid)) == "true"
            except EslError:
                self._sleep(0.1)  # the link will notice too
                continue
            return None if lives else Gap(self._reason(core), after, self._now())
        return Gap("unknown", after, self._now())

    def core(self) -> str:
        """FreeSWITCH's own name for its present life; "" while it is away."""
        return "" if self._away_since else self._core

    def told(self) -> dict[str, Any]:
        """How FreeSWITCH is, for the board; empty while it is away."""
        return {"core": self._core, **asdict(self._vitals)} if self._vitals and not self._away_since else {}

    # --- what the link tells ----------------------------------------------------------------------------------------

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
        core, after = self._core, self._heard
        self._core = connection.api(api.core_uuid(), SIGN_OF_LIFE)
        self._connection = connection
        self.check(connection)
        if self._reason(core) == "restarted":
            self._switchboard.restarted(Gap("restarted", after, self._now()))
        gevent.spawn(self.reconcile, connection, self._reason(core), after)

    def check(self, connection: Inbound) -> None:
        """Ask for a sign of life; NoReply when none comes."""
        begun = self._clock()
        try:
            self._ask(connection)
        except NoReply:
            if self._clock() - begun < SIGN_OF_LIFE + 0.5:
                raise
            self._ask(connection)  # it was this process that stood still: the answer may be here, unread
        self._heard = self._now()

    def _ask(self, connection: Inbound) -> None:
        try:
            self._vitals = read_vitals(connection.api(api.status(), SIGN_OF_LIFE))
        except CommandRefused as error:  # an answer all the same
            log.warning("%s", error)

    def on_change(self, state: str, reason: str) -> None:
        """FreeSWITCH is up, silent, down, refused or given up: the operator's journal says so."""
        awoke, self._silent = self._silent and state == "up", state == "silent"
        self._stopped = state == "stopped"
        if state == "up":
            self._up.set()
            if self._away_since:
                self._note("freeswitch_up", since=self._away_since, away=round(self._now() - self._away_since, 3))
            self._away_since = 0.0
            if awoke and self._connection:
                gevent.spawn(self.reconcile, self._connection)
        elif self._stopped:
            self._up.set()  # who waits for FreeSWITCH need not any more
        else:
            self._up.clear()
            if not self._away_since:
                self._away_since = self._heard
                self._note("freeswitch_down", state=state, since=self._away_since, reason=reason)

    def _reason(self, core: str) -> Reason:
        return "forgotten" if core == self._core else "restarted"

    def _note(self, kind: str, **data: Any) -> None:
        # Entries that belong to no call are numbered by the second, so that a later process goes on above.
        self._sequence = max(self._sequence + 1, int(self._now()))
        self._journal.note(f"@{self._controller}"[:64], self._sequence, None, kind, data)

    # --- after a gap ------------------------------------------------------------------------------------------------

    def reconcile(self, connection: Inbound, reason: Reason = "forgotten", after: float = 0.0) -> None:
        """End the sessions whose channel FreeSWITCH does not have any more, and tell those who waited for that."""
        self._end_ghosts(connection, reason, after or self._heard)
        for callback in self._reconciled:
            try:
                callback(connection)
            except EslError as error:  # it will be called again after the next one
                log.info("after reconciling: %s", error)
            except Exception:
                log.exception("after reconciling")

    def _end_ghosts(self, connection: Inbound, reason: Reason, after: float) -> None:
        try:
            # Each is asked for: the list of channels is late, and may be later still when FreeSWITCH is busy.
            missing = self._missing(connection, self._switchboard.uuids())
            if missing:
                self._sleep(SETTLING)
                missing = self._missing(connection, missing & self._switchboard.uuids())
        except EslError as error:
            log.warning("the channels could not be compared: %s", error)
            return
        self._switchboard.lost(missing & self._switchboard.uuids(), Gap(reason, after, self._now()))

    @staticmethod
    def _missing(connection: Inbound, uuids: set[str]) -> set[str]:
        return {uuid for uuid in uuids if connection.api(api.uuid_exists(uuid)) != "true"}

"""The sweep: calls whose controller died, hangs, or never took them are brought to a controller that lives.

FreeSWITCH offers the calls of a killed controller again by itself, as soon as what each is doing ends. It does not
notice one that hangs, and what never ends (hold music) never comes back: those are found in its list of channels and
sent to the extension `souffleur_at_HOST:PORT`, which asks this controller first. Of several controllers the first by
name sweeps. Nothing of a live one's is touched.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import gevent

from controller.calls.channels import LOOP, Row, offered
from controller.calls.offer import HOME, OWNER
from controller.calls.ownership import Owner, read_owner
from controller.calls.standing import Fellows, Standing
from controller.calls.switchboard import Switchboard
from controller.esl import api
from controller.esl.errors import EslError
from controller.esl.event import Event
from controller.esl.inbound import Inbound

log = logging.getLogger(__name__)
OFTEN, SELDOM = 1.0, 3.0  # seconds between two rounds, when somebody is missing and when all is well
UNTAKEN = 3.0  # seconds that an offer may take
COLLECTING = 20.0  # seconds that a collection may go on after its controller died: what is typed is not lost
FAXES = ("txfax", "rxfax")  # a transfer would cut them; FreeSWITCH ends the call with their result
OTHERWISE = 2.0  # seconds that FreeSWITCH has to offer a call of a dead controller by itself


class Verdict(Enum):
    """What becomes of a channel."""

    LEAVE = "leave"
    ATTEND = "attend"  # it rings or talks: it stays so, and is followed from outside
    FETCH = "fetch"


@dataclass(frozen=True)
class Found:
    """A channel that none of this controller's sessions has; `missed` counts the seconds since that was first so."""

    row: Row
    owner: Owner | None
    standing: Standing
    missed: float


def judge(found: Found, me: Owner) -> Verdict:
    """Say what becomes of a channel."""
    if found.row.application in FAXES:
        return Verdict.LEAVE
    if found.owner is None:
        return Verdict.FETCH if found.row.application == "socket" and found.missed >= UNTAKEN else Verdict.LEAVE
    if found.owner.same_process(me):  # it was offered to somebody who does not take it, or its socket was cut
        late = Verdict.ATTEND if found.row.legs else Verdict.FETCH
        return late if found.missed >= UNTAKEN else Verdict.LEAVE
    if found.standing not in (Standing.STUCK, Standing.GONE):
        return Verdict.LEAVE
    if found.row.legs:
        return Verdict.ATTEND
    if found.standing is Standing.STUCK:
        return Verdict.FETCH
    patience = COLLECTING if found.row.application == "play_and_get_digits" else OTHERWISE
    return Verdict.FETCH if found.missed >= patience else Verdict.LEAVE


class Sweep:
    """Looks after FreeSWITCH's channels again and again; `offers` is where this controller takes calls, HOST:PORT."""

    def __init__(
        self,
        me: Owner,
        fellows: Fellows,
        switchboard: Switchboard,
        connection: Callable[[], Inbound],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = gevent.sleep,
    ) -> None:
        self._me = me
        self._fellows = fellows
        self._switchboard = switchboard
        self._connection = connection
        self._clock = clock
        self._sleep = sleep
        self._owners: dict[str, Owner | None] = {}
        self._missed: dict[tuple[str, str], float] = {}
        self._begun = clock()
        self.offers = ""
        self.fetched = 0

    def keep(self) -> None:
        """Sweep for ever; run it in a greenlet of its own."""
        while True:
            young = self._clock() - self._begun < 30.0
            try:
                self.once()
            except (EslError, ValueError, KeyError) as error:
                log.debug("no sweep: %s", error)
            except Exception:  # one channel that cannot be read must not end the sweeping
                log.exception("a sweep failed")
            self._sleep(OFTEN if young or self._fellows.troubled or self._missed else SELDOM)

    def once(self) -> None:
        """One round."""
        connection = self._connection()
        self._fellows.look()
        listed = offered(connection)
        ours = self._switchboard.uuids()
        rows = [row for row in listed if row.uuid not in ours]
        self._forget({row.uuid for row in rows})
        self._switchboard.keep_attended({row.uuid for row in rows if row.legs})
        first = bool(rows) and self._fellows.is_first()
        attended = self._switchboard.attended(connection)
        for row in rows:
            if row.uuid in attended:
                continue
            found = self._found(connection, row)
            if not first and not (found.owner and found.owner.same_process(self._me)):
                continue
            match judge(found, self._me):
                case Verdict.ATTEND:
                    self._attend(connection, found)
                case Verdict.FETCH:
                    self._fetch(connection, found)

    def _found(self, connection: Inbound, row: Row) -> Found:
        owner = self._owners.get(row.uuid)
        # What we once had may have been taken from us while we stood still.
        certain = owner and not owner.same_process(self._me) and self._fellows.standing(owner) is Standing.ALIVE
        if owner is None or not certain:
            owner = self._owners[row.uuid] = read_owner(self._variable(connection, row.uuid))
        standing = self._fellows.standing(owner) if owner else Standing.UNKNOWN
        if standing is Standing.ALIVE and owner and not owner.same_process(self._me):
            return Found(row, owner, standing, 0.0)
        since = self._missed.setdefault((row.uuid, str(owner)), self._clock())
        return Found(row, owner, standing, self._clock() - since)

    def _variable(self, connection: Inbound, uuid: str) -> str:
        return connection.api(api.uuid_getvar(uuid, OWNER))

    def _forget(self, here: set[str]) -> None:
        self._owners = {uuid: owner for uuid, owner in self._owners.items() if uuid in here}
        self._missed = {key: since for key, since in self._missed.items() if key[0] in here}

    def _attend(self, connection: Inbound, found: Found) -> None:
        """The call is ours from now on; what rings or talks goes on."""
        self._own(connection, found)
        attended = self._switchboard.attend(connection, found.row.uuid, self.offers)
        if attended:
            self._missed.pop((found.row.uuid, str(found.owner)), None)

    def _fetch(self, connection: Inbound, found: Found) -> None:
        if found.row.uuid in self._switchboard.uuids():  # it came meanwhile
            return
        self._own(connection, found)
        log.warning("call of %s at %s is taken over", found.owner or "nobody", found.row.uuid)
        connection.api(api.uuid_transfer(found.row.uuid, api.Named(f"souffleur_at_{self.offers}", LOOP)))
        self.fetched += 1

    def hear_unbridge(self, event: Event) -> None:
        """A talk has ended somewhere on FreeSWITCH."""
        gevent.spawn(self._switchboard.parted, event.get("Unique-ID"))

    def hear_bridge(self, event: Event) -> None:
        """A talk has begun somewhere on FreeSWITCH."""
        gevent.spawn(self._switchboard.joined, event)

    def _own(self, connection: Inbound, found: Found) -> None:
        owner = replace(self._me, epoch=found.owner.epoch + 1 if found.owner else 1)
        connection.api(api.uuid_setvar_multi(found.row.uuid, {OWNER: str(owner), HOME: self.offers}))
        self._owners[found.row.uuid] = owner


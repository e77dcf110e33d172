"""Ringing others, by one trunk after the other where need be; the end of the bridge becomes the result."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import gevent

from conf.snapshot import Snapshot
from controller.calls.attendants.seat import Seat
from controller.calls.offer import DIALLING
from controller.calls.outbound import NO_ROUTE, Documents, not_carried
from controller.calls.parties import Parties, Party
from controller.calls.tally import Tally
from controller.esl import applications
from controller.esl.applications import Leg
from controller.esl.bridge_string import LONGEST_RING
from controller.esl.connection import Session
from controller.esl.errors import Dropped
from controller.esl.fields import Headers, bridge_end, leg_causes, partner, talking_with, variable
from controller.flow.commands import Dial, Dialled

LONGEST_CALL = 24 * 3600.0  # seconds
STOP_AGAIN = 0.2  # seconds until the next one, in turn, may ring
PROGRESS = 10.0  # seconds until a trunk that says nothing of ringing is given up for the next one
DISPOSITION = "originate_disposition"
NOT_ANSWERED: dict[str, Literal["busy", "no_answer"]] = {
    "USER_BUSY": "busy",
    "CALL_REJECTED": "busy",
    "NO_ANSWER": "no_answer",
    "ALLOTTED_TIMEOUT": "no_answer",
    "NO_USER_RESPONSE": "no_answer",
}


class Dialling:
    """Rings targets for one call of a subscriber. `log` hears who is rung and who answers."""

    def __init__(
        self,
        subscriber: Snapshot,
        call: str,
        user: str,
        trunks: Documents,
        domain: str,
        log: Callable[..., None],
        dialled: str = "",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = gevent.sleep,
        tally: Tally | None = None,
        on_connected: Callable[[], object] = lambda: None,
        rules: Documents = (),
        seat: Seat | None = None,
    ) -> None:
        self._parties = Parties(subscriber, call, user, domain, dialled, trunks, rules)
        self._log = log
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self.talking_to = ""
        self.partner = ""
        self._tally = Tally() if tally is None else tally
        self._came_by = "" if user else self._tally.trunk  # what the record tells of a call that came in
        self._on_connected = on_connected
        self._seat = seat
        self._other = ""  # the number of whoever a talk was transferred to
        self._ringing: list[str] = []
        self._progressed = False  # the one who is rung now rings, or plays
        self._stopped = False
        self.outside = False  # whether a number outside rings, or talks

    def prepare(self, command: Dial) -> None:
        """Note what the checkpoint before the ringing must tell: since when it rings."""
        if self._all_parties(command):
            self._tally.ringing_since = self._tally.ringing_since or round(self._now(), 3)

    def _all_parties(self, command: Dial) -> list[Party]:
        parties = self._parties.of(command)
        self._tally.presented = self._parties.presented or self._tally.presented
        return parties

    def dial(self, session: Session, command: Dial, key: str, answered: bool) -> Dialled:
        """Ring the targets of a command until somebody answers and the talk ends, or nobody does."""
        parties = self._all_parties(command)
        for number, way in self._parties.refused:
            self._log("barred", to=number, rule=way.rule, cause=way.cause)
        if not parties:
            return Dialled("failed", cause=next((way.cause for _, way in self._parties.refused), NO_ROUTE))
        by_uuid = {party.leg.uuid: party for first in parties for party in first.all()}
        begun = self._clock()
        connected: list[float] = []
        picked_up = answered

        def on_bridge(event: Any) -> None:
            self.partner = partner(event.headers)
            self._other = (talking_with(event.headers) or ("", 0.0))[0]
            self._progressed = True
            if picked_up:
                connect()

        def on_answer(_event: Any) -> None:
            # With early media the two are joined while it still rings: an unanswered caller is answered by who answers.
            nonlocal picked_up
            picked_up = True
            if self.partner:
                connect()

        def on_progress(_event: Any) -> None:
            self._progressed = True

        def connect() -> None:
            party = by_uuid.get(self.partner)
            self.talking_to = party.name if party else ""
            if not connected:
                connected.append(self._clock())
                self._note_trunk([party] if party else [])
                self._log("connected", to=self.talking_to, after=round(connected[0] - begun, 3))
                self._tally.connected = [self.talking_to, round(self._now(), 3)]
                self._on_connected()
            if self._seat:
                self._seat.talks(party.name if party else self._other, self.partner, command.carried)

        handles = {"CHANNEL_BRIDGE": on_bridge, "CHANNEL_ANSWER": on_answer, "CHANNEL_PROGRESS": on_progress}
        for name, handle in handles.items():
            session.register_handle(name, handle)
        self._ringing = list(by_uuid)
        self._stopped = False
        self.outside = any(party.trunk for party in parties)
        try:
            result = self._ring_all(session, command, key, answered, parties, begun, connected)
        finally:
            for name, handle in handles.items():
                session.unregister_handle(name, handle)
            self.talking_to = self.partner = ""
            self._ringing = []
            self.outside = False
            if connected and self._seat:
                self._seat.parted()
        self._tally.connected = []
        self._tally.dialled.append(result)
        return result

    @property
    def busy(self) -> bool:
        """Whether somebody rings or talks."""
        return bool(self._ringing)

    def stop(self, session: Session) -> None:
        """End the ringing or the talk: a break does not reach a bridge that rings. Who is next in turn is rung off."""
        self._stopped = True
        ringing = self._ringing
        while ringing and ringing is self._ringing:
            for uuid in (self.partner,) if self.partner else ringing:
                session.kill(uuid)
            self._sleep(STOP_AGAIN)

    def _ring_all(
        self,
        session: Session,
        command: Dial,
        key: str,
        answered: bool,
        parties: list[Party],
        begun: float,
        connected: list[float],
    ) -> Dialled:
        """Ring group after group, and who was not reached for the trunk's sake again by the next trunk."""
        result = Dialled("failed")
        early = not answered and len(parties) == 1
        for group in groups(parties, command):
            while group and result.outcome != "answered" and not self._stopped:
                self._note_trunk(group)
                since, self._progressed = self._clock(), False
                last, headers = self._ring(session, command, key, answered, group, early, begun, connected)
                if last.outcome != "failed" or result.outcome == "failed":  # somebody was busy: that tells more
                    result = last
                rang = self._progressed and len(group) == 1  # of several it may have been another one
                late = rang or self._clock() - since > PROGRESS + 2.0
                group = [] if late else self._by_next_trunk(group, headers)
        return result

    def _by_next_trunk(self, group: list[Party], headers: Headers) -> list[Party]:
        """Those whom their trunk did not carry the call to, by the next one."""
        causes, end = leg_causes(headers), bridge_end(headers)
        again = []
        for party in group if headers else ():
            cause = causes.get(party.leg.uuid, end.disposition)
            if party.then and (party.leg.uuid not in causes or not_carried(cause, end.sip_code)):
                self._log("not_carried", to=party.name, trunk=party.trunk, cause=cause, next=party.then.trunk)
                again.append(party.then)
        return again

    def _note_trunk(self, parties: list[Party]) -> None:
        trunk = next((party.trunk for party in parties if party.trunk), "")
        if trunk and not self._came_by:
            self._tally.trunk = trunk

    def _ring(
        self,
        session: Session,
        command: Dial,
        key: str,
        answered: bool,
        parties: list[Party],
        early: bool,
        begun: float,
        connected: list[float],
    ) -> tuple[Dialled, Headers]:
        outside = {"trunks": trunks} if (trunks := [party.trunk for party in parties if party.trunk]) else {}
        names = [party.name for party in parties]
        self._log("ringing", targets=names, strategy=command.strategy, seconds=command.ring, **outside)
        at_once = command.strategy == "at_once"
        # An answered caller hears our ringing tone; an unanswered one what the network itself plays. Of several, the
        # first that plays something would be taken for the one who answered.
        bridge = applications.bridge(
            legs(parties, command),
            at_once=at_once,
            ring=command.ring if at_once else min((command.ring + 1.0) * len(parties), LONGEST_RING),
            ignore_early_media=not early,
        )
        if early:
            # Once it plays something, the time to ring is not looked at any more, but this one is.
            limit = str(math.ceil(command.ring))
            session.set_variables({"bridge_answer_timeout": limit, "continue_on_answer_timeout": "true"})
        try:
            ended = session.execute(bridge, key=key, timeout=LONGEST_CALL)
        except Dropped:
            return Dialled("failed", cause="ORIGINATOR_CANCEL"), {}
        now = self._clock()
        since = connected[0] if connected else now
        result = outcome(ended.headers, self.talking_to, answered=answered or bool(connected))
        talked = now - since if result.outcome == "answered" else 0.0
        return replace(result, rang=round(since - begun, 3), talked=round(talked, 3)), ended.headers

    @staticmethod
    def begin(session: Session, key: str) -> None:
        """Clear the outcome of the bridge before, then name the one that comes: in this order nobody mistakes them."""
        session.set_variable(DISPOSITION, "")
        session.set_variables({DIALLING: key})

    def kept(
        self, headers: Headers, key: str, answered: bool, ended: float, command: Dial | None = None
    ) -> Dialled | None:
        """What FreeSWITCH kept of the bridge named `key`, which ended (epoch seconds) while no controller listened.

        None when that bridge never ran, or others were to be tried after it: then the command is repeated.
        """
        if variable(headers, DIALLING) != key or not variable(headers, DISPOSITION):
            return None
        by, since = self._tally.connected or ("", 0.0)
        result = outcome(headers, by, answered=answered)
        if command and self._was_to_go_on(command, result):
            return None
        if since and result.outcome == "answered":
            result = replace(result, talked=round(max(0.0, ended - since), 3))
        self._tally.connected = []
        self._tally.dialled.append(result)
        return result

    def _was_to_go_on(self, command: Dial, result: Dialled) -> bool:
        parties = self._parties.of(command)
        if result.outcome == "answered" or not any(party.then for party in parties):
            return False
        return len(groups(parties, command)) > 1 or not_carried(result.cause)

    @property
    def just_talked(self) -> bool:
        """Whether the last one who was rung answered."""
        return bool(self._tally.dialled) and self._tally.dialled[-1].outcome == "answered"


def groups(parties: list[Party], command: Dial) -> list[list[Party]]:
    """Who is rung with one bridge. FreeSWITCH rings in turn by itself, but knows no second trunk for one of them."""
    alone = command.strategy == "in_turn" and any(party.then for party in parties)
    return [[party] for party in parties] if alone else [parties]


def legs(parties: list[Party], command: Dial) -> list[Leg]:
    """The legs of one bridge. Only who rings alone is given up early: it would end the others' ringing as failed."""
    made = [party.leg for party in parties]
    if len(parties) == 1 and parties[0].then:
        made = [replace(made[0], progress=min(PROGRESS, command.ring / 2))]
    return made if command.strategy == "at_once" else [replace(leg, ring=command.ring) for leg in made]


def outcome(headers: Headers, by: str, answered: bool) -> Dialled:
    """How a bridge that has ended went; `answered` tells whether the caller was, since early media succeeds too."""
    end = bridge_end(headers)
    if end.disposition == "SUCCESS" and answered:
        return Dialled("answered", by, end.disposition)
    if end.disposition == "SUCCESS":
        cause = end.cause if end.cause not in ("", "NORMAL_CLEARING", "ORIGINATOR_CANCEL") else "NO_ANSWER"
        return Dialled(NOT_ANSWERED.get(cause, "failed"), cause=cause)
    return Dialled(NOT_ANSWERED.get(end.disposition, "failed"), cause=end.disposition)

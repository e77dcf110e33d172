"""Ringing others: targets become legs, and the end of the bridge becomes the result."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import uuid4

import gevent

from conf.snapshot import Snapshot
from controller.calls.offer import ANSWERER, DIALLING, RINGER
from controller.calls.routing import user_of
from controller.calls.tally import Tally
from controller.esl import applications
from controller.esl.applications import Leg
from controller.esl.bridge_string import ANONYMOUS, LONGEST_RING
from controller.esl.connection import Session
from controller.esl.errors import Dropped
from controller.esl.fields import Headers, bridge_end, partner, variable
from controller.flow.commands import Dial, Dialled, Extension, External, Target
from controller.flow.numbers import e164, is_anonymous, is_emergency

LONGEST_CALL = 24 * 3600.0  # seconds
STOP_AGAIN = 0.2  # seconds until the next one, in turn, may ring
OUTSIDE = "sofia/gateway/"
DISPOSITION = "originate_disposition"
NOT_ANSWERED: dict[str, Literal["busy", "no_answer"]] = {
    "USER_BUSY": "busy",
    "CALL_REJECTED": "busy",
    "NO_ANSWER": "no_answer",
    "ALLOTTED_TIMEOUT": "no_answer",
    "NO_USER_RESPONSE": "no_answer",
}


@dataclass(frozen=True)
class Party:
    """One leg to ring, and who it is for."""

    name: str
    leg: Leg


class Dialling:
    """Rings targets for one call of a subscriber. `log` hears who is rung and who answers."""

    def __init__(
        self,
        subscriber: Snapshot,
        call: str,
        user: str,
        trunks: Sequence[Mapping[str, Any]],
        domain: str,
        log: Callable[..., None],
        dialled: str = "",
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = gevent.sleep,
        tally: Tally | None = None,
        on_connected: Callable[[], object] = lambda: None,
    ) -> None:
        self._subscriber = subscriber
        self._call = call
        self._user = user
        self._trunks = trunks
        self._domain = domain
        self._log = log
        self._dialled = dialled
        self._clock = clock
        self._now = now
        self._sleep = sleep
        self.talking_to = ""
        self.partner = ""
        self._tally = Tally() if tally is None else tally
        self._on_connected = on_connected
        self._ringing: list[str] = []
        self.outside = False  # whether a number outside rings, or talks

    def prepare(self, command: Dial) -> None:
        """Note what the checkpoint before the ringing must tell: since when it rings."""
        if any(self._all_parties(command)):
            self._tally.ringing_since = self._tally.ringing_since or round(self._now(), 3)

    def _all_parties(self, command: Dial) -> list[Party]:
        return [party for target in command.targets for party in self._parties(target, command)]

    def dial(self, session: Session, command: Dial, key: str, answered: bool) -> Dialled:
        """Ring the targets of a command until somebody answers and the talk ends, or nobody does."""
        parties = self._all_parties(command)
        if not parties:
            return Dialled("failed", cause="NO_ROUTE_DESTINATION")
        by_uuid = {party.leg.uuid: party.name for party in parties}
        begun = self._clock()
        connected: list[float] = []
        picked_up = answered

        def on_bridge(event: Any) -> None:
            self.partner = partner(event.headers)
            if picked_up:
                connect()

        def on_answer(_event: Any) -> None:
            # With early media the two are joined while it still rings: an unanswered caller is answered by who answers.
            nonlocal picked_up
            picked_up = True
            if self.partner:
                connect()

        def connect() -> None:
            self.talking_to = by_uuid.get(self.partner, "")
            if not connected:
                connected.append(self._clock())
                self._log("connected", to=self.talking_to, after=round(connected[0] - begun, 3))
                self._tally.connected = [self.talking_to, round(self._now(), 3)]
                self._on_connected()

        session.register_handle("CHANNEL_BRIDGE", on_bridge)
        session.register_handle("CHANNEL_ANSWER", on_answer)
        self._ringing = list(by_uuid)
        self.outside = any(party.leg.destination.startswith(OUTSIDE) for party in parties)
        try:
            result = self._ring(session, command, key, answered, parties, begun, connected)
        finally:
            session.unregister_handle("CHANNEL_BRIDGE", on_bridge)
            session.unregister_handle("CHANNEL_ANSWER", on_answer)
            self.talking_to = self.partner = ""
            self._ringing = []
            self.outside = False
        self._tally.connected = []
        self._tally.dialled.append(result)
        return result

    @property
    def busy(self) -> bool:
        """Whether somebody rings or talks."""
        return bool(self._ringing)

    def stop(self, session: Session) -> None:
        """End the ringing or the talk: a break does not reach a bridge that rings. Who is next in turn is rung off."""
        ringing = self._ringing
        while ringing and ringing is self._ringing:
            for uuid in (self.partner,) if self.partner else ringing:
                session.kill(uuid)
            self._sleep(STOP_AGAIN)

    def _ring(
        self,
        session: Session,
        command: Dial,
        key: str,
        answered: bool,
        parties: list[Party],
        begun: float,
        connected: list[float],
    ) -> Dialled:
        self._log("ringing", targets=[party.name for party in parties], strategy=command.strategy, seconds=command.ring)
        at_once = command.strategy == "at_once"
        # An answered caller hears our ringing tone; an unanswered one what the network itself plays. Of several, the
        # first that plays something would be taken for the one who answered.
        early = not answered and len(parties) == 1
        bridge = applications.bridge(
            [party.leg if at_once else replace(party.leg, ring=command.ring) for party in parties],
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
            return Dialled("failed", cause="ORIGINATOR_CANCEL")
        now = self._clock()
        since = connected[0] if connected else now
        result = outcome(ended.headers, self.talking_to, answered=answered or bool(connected))
        talked = now - since if result.outcome == "answered" else 0.0
        return replace(result, rang=round(since - begun, 3), talked=round(talked, 3))

    @staticmethod
    def begin(session: Session, key: str) -> None:
        """Clear the outcome of the bridge before, then name the one that comes: in this order nobody mistakes them."""
        session.set_variable(DISPOSITION, "")
        session.set_variables({DIALLING: key})

    def kept(self, headers: Headers, key: str, answered: bool, ended: float) -> Dialled | None:
        """What FreeSWITCH kept of the bridge named `key`, which ended (epoch seconds) while no controller listened.

        None when that bridge never ran.
        """
        if variable(headers, DIALLING) != key or not variable(headers, DISPOSITION):
            return None
        by, since = self._tally.connected or ("", 0.0)
        result = outcome(headers, by, answered=answered)
        if since and result.outcome == "answered":
            result = replace(result, talked=round(max(0.0, ended - since), 3))
        self._tally.connected = []
        self._tally.dialled.append(result)
        return result

    @property
    def just_talked(self) -> bool:
        """Whether the last one who was rung answered."""
        return bool(self._tally.dialled) and self._tally.dialled[-1].outcome == "answered"

    def _parties(self, target: Target, command: Dial) -> list[Party]:
        if isinstance(target, Extension):
            return self._extension(target, command)
        return self._external(target, command)

    def _extension(self, target: Extension, command: Dial) -> list[Party]:
        if user := user_of(self._subscriber, target.number):
            uuid = str(uuid4())
            # FreeSWITCH copies this to the caller's channel (`import` in vars.xml): should the phone transfer it, the
            # rights are this user's.
            told = self._own() | {ANSWERER: f"{uuid}:{user.get('login', '')}"}
            domain = f"{self._subscriber.slug}.{self._domain}"
            return [Party(target.number, Leg.phone(target.number, domain, uuid=uuid, variables=told))]
        external = self._subscriber.extensions.get(target.number, {}).get("external")
        if self._calls_for_help(target.number):
            external = target.number
        return self._external(External(external), command) if external else []

    def _calls_for_help(self, number: str) -> bool:
        # Only somebody on a phone of the subscriber: a stranger's keys in a menu reach no emergency service. What is
        # merely the country's emergency number must have been dialled so: an extension may have been called like it.
        if not self._user:
            return False
        dialled = number == self._dialled and is_emergency(number, self._subscriber.country)
        return dialled or number in self._subscriber.emergency

    def _external(self, target: External, command: Dial) -> list[Party]:
        trunk = next((trunk["name"] for trunk in self._trunks if target.trunk in ("", trunk["name"])), None)
        if trunk is None:
            return []
        number = self._tally.presented = self._presented(command.presented)
        leg = Leg.gateway(trunk, target.number, uuid=str(uuid4()), variables=self._own(), caller_number=number)
        return [Party(target.number, leg)]

    def _own(self) -> dict[str, str]:
        ringer = {RINGER: self._user} if self._user else {}
        return {"souffleur_call": self._call, "souffleur_subscriber": self._subscriber.slug} | ringer

    def _presented(self, wanted: str) -> str:
        """The number shown: the one a flow wants (perhaps a caller's, who sent what he liked), else our own."""
        if wanted and is_anonymous(wanted):
            return ANONYMOUS
        return e164(wanted, self._subscriber.country) or self._number_to_show()

    def _number_to_show(self) -> str:
        user = next((user for user in self._subscriber.users if user.get("login") == self._user), {})
        return user.get("outbound_number") or next(iter(self._subscriber.numbers), "")


def outcome(headers: Headers, by: str, answered: bool) -> Dialled:
    """How a bridge that has ended went; `answered` tells whether the caller was, since early media succeeds too."""
    end = bridge_end(headers)
    if end.disposition == "SUCCESS" and answered:
        return Dialled("answered", by, end.disposition)
    if end.disposition == "SUCCESS":
        cause = end.cause if end.cause not in ("", "NORMAL_CLEARING", "ORIGINATOR_CANCEL") else "NO_ANSWER"
        return Dialled(NOT_ANSWERED.get(cause, "failed"), cause=cause)
    return Dialled(NOT_ANSWERED.get(end.disposition, "failed"), cause=end.disposition)

"""Ringing others: targets become legs, and the end of the bridge becomes the result."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import uuid4

from conf.snapshot import Snapshot
from controller.calls.routing import user_of
from controller.esl import applications
from controller.esl.applications import Leg
from controller.esl.connection import Session
from controller.esl.errors import Dropped
from controller.esl.fields import Headers, bridge_end, partner, variable
from controller.flow.commands import Dial, Dialled, Extension, External, Target
from controller.flow.numbers import parse_target

LONGEST_CALL = 24 * 3600.0  # seconds
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
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._subscriber = subscriber
        self._call = call
        self._user = user
        self._trunks = trunks
        self._domain = domain
        self._log = log
        self._clock = clock
        self._now = now
        self.talking_to = ""
        self.partner = ""
        self.results: list[Dialled] = []
        self.presented = ""
        self.ringing_since = 0.0

    def dial(self, session: Session, command: Dial, key: str, answered: bool) -> Dialled:
        """Ring the targets of a command until somebody answers and the talk ends, or nobody does."""
        parties = [party for target in command.targets for party in self._parties(target, command)]
        if not parties:
            return Dialled("failed", cause="NO_ROUTE_DESTINATION")
        by_uuid = {party.leg.uuid: party.name for party in parties}
        begun = self._clock()
        connected: list[float] = []

        def on_bridge(event: Any) -> None:
            self.partner = partner(event.headers)
            self.talking_to = by_uuid.get(self.partner, "")
            if not connected:
                connected.append(self._clock())
                self._log("connected", to=self.talking_to, after=round(connected[0] - begun, 3))

        session.register_handle("CHANNEL_BRIDGE", on_bridge)
        self.ringing_since = self.ringing_since or self._now()
        try:
            self.results.append(self._ring(session, command, key, answered, parties, begun, connected))
        finally:
            session.unregister_handle("CHANNEL_BRIDGE", on_bridge)
            self.talking_to = self.partner = ""
        return self.results[-1]

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
        bridge = applications.bridge(
            [party.leg if at_once else replace(party.leg, ring=command.ring) for party in parties],
            at_once=at_once,
            ring=command.ring if at_once else (command.ring + 1.0) * len(parties),
            # An answered caller hears our ringing tone; an unanswered one what the network itself plays.
            ignore_early_media=answered,
        )
        # The outcome of the bridge before would be taken for this one's by a controller that finds the call here.
        session.set_variable(DISPOSITION, "")
        try:
            ended = session.execute(bridge, key=key, timeout=LONGEST_CALL)
        except Dropped:
            return Dialled("failed", cause="ORIGINATOR_CANCEL")
        now = self._clock()
        since = connected[0] if connected else now
        result = outcome(ended.headers, self.talking_to)
        talked = now - since if result.outcome == "answered" else 0.0
        return replace(result, rang=round(since - begun, 3), talked=round(talked, 3))

    def kept(self, headers: Headers) -> Dialled | None:
        """What FreeSWITCH kept of a bridge that ended while no controller listened; None when it never ran."""
        if not variable(headers, DISPOSITION):
            return None
        result = outcome(headers, "")
        self.results.append(result)
        return result

    @property
    def just_talked(self) -> bool:
        """Whether the last one who was rung answered."""
        return bool(self.results) and self.results[-1].outcome == "answered"

    def _parties(self, target: Target, command: Dial) -> list[Party]:
        if isinstance(target, Extension):
            return self._extension(target, command)
        return self._external(target, command)

    def _extension(self, target: Extension, command: Dial) -> list[Party]:
        if user_of(self._subscriber, target.number):
            leg = Leg.phone(
                target.number, f"{self._subscriber.slug}.{self._domain}", uuid=str(uuid4()), variables=self._own()
            )
            return [Party(target.number, leg)]
        external = self._subscriber.extensions.get(target.number, {}).get("external")
        if target.number in self._subscriber.emergency:
            external = target.number
        return self._external(External(external), command) if external else []

    def _external(self, target: External, command: Dial) -> list[Party]:
        trunk = next((trunk["name"] for trunk in self._trunks if target.trunk in ("", trunk["name"])), None)
        if trunk is None:
            return []
        number = self.presented = command.presented or self._number_to_show()
        leg = Leg.gateway(trunk, target.number, uuid=str(uuid4()), variables=self._own(), caller_number=number)
        return [Party(target.number, leg)]

    def knows(self, target: str) -> bool:
        """Whether a text is somebody who can be rung."""
        try:
            parsed = parse_target(target)
        except ValueError:
            return False
        return isinstance(parsed, External) or bool(
            user_of(self._subscriber, target) or self._subscriber.extensions.get(target, {}).get("external")
        )

    def _own(self) -> dict[str, str]:
        return {"souffleur_call": self._call, "souffleur_subscriber": self._subscriber.slug}

    def _number_to_show(self) -> str:
        user = next((user for user in self._subscriber.users if user.get("login") == self._user), {})
        return user.get("outbound_number") or next(iter(self._subscriber.numbers), "")


def outcome(headers: Headers, by: str) -> Dialled:
    """How a bridge that has ended went."""
    end = bridge_end(headers)
    if end.disposition == "SUCCESS":
        return Dialled("answered", by, end.disposition)
    return Dialled(NOT_ANSWERED.get(end.disposition, "failed"), cause=end.disposition)

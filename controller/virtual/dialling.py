"""Calling legs, at once or one after the other, until one answers. Used by `bridge` and by `originate`.

Recorded: 03d-03f (busy, no answer, failures), 03g (first answer wins, the others LOSE_RACE), 03h (in turn), 03i
(group_confirm), 03k (early media), 04_ringing (the caller gives up). Timeouts count whole seconds of the
wall clock, in each group anew: call_timeout and originate_timeout of N last N - 1 to N seconds (03d), leg_timeout and
leg_progress_timeout (tests/calls/test_outbound_rules.py) of N last N to N + 1; here always the middle. Seen on 1.11.1
(transcript real_originate): loopback legs, causes of originate, pre_answer counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from gevent.event import Event as Signal

from controller.virtual import session
from controller.virtual.channel import Channel, Switch
from controller.virtual.legs import begin, make_leg, refusal
from controller.virtual.text import Leg

LONGEST = 60.0


@dataclass
class Dial:
    """One attempt. `caller` is the channel that bridges, None for originate."""

    switch: Switch
    caller: Channel | None
    groups: list[list[Leg]]
    timeout: float = LONGEST
    cause: str = "DESTINATION_OUT_OF_ORDER"
    cancelled: bool = False

    def __post_init__(self) -> None:
        self.signal = self.caller.poked if self.caller else Signal()
        self.tried: list[Channel] = []

    def run(self) -> Channel | None:
        """The leg that answered (or sends early media), or None and the `cause`."""
        for index, group in enumerate(self.groups):
            last = index == len(self.groups) - 1
            legs = [leg for one in group if (leg := self._start(one)) is not None]
            winner = self._race(legs, last)
            if winner or self.cancelled:
                return winner
        return None

    @staticmethod
    def _limit(leg: Channel, started: float) -> float:
        """leg_timeout: N lasts N to N + 1 seconds (03h, 03i)."""
        text = leg.get("leg_timeout")
        return started + (float(text) + 0.5) if text else float("inf")

    @staticmethod
    def _silent(leg: Channel, started: float) -> float:
        """leg_progress_timeout: N lasts N to N + 1 seconds, unless it rings or plays before."""
        text = leg.get("leg_progress_timeout")
        return started + (float(text) + 0.5) if text and not (leg.ringing or leg.early) else float("inf")

    def _start(self, one: Leg) -> Channel | None:
        refused = refusal(self.switch, one)
        if refused:
            self.cause = refused
            return None
        leg = make_leg(self.switch, self.caller, one)
        leg.dialler = self.signal
        self.tried.append(leg)
        if self.caller:
            self.caller.set("originate_signal_bond", leg.uuid)
            self.caller.push("originated_legs", f"{leg.uuid};Outbound Call;{one.number}")
        leg.fire("CHANNEL_OUTGOING")
        if first := leg.get("execute_on_originate"):
            name, _, argument = first.partition(" ")
            session.execute(leg, name, argument)
        leg.enter("CS_INIT")
        leg.call_uuid = self.caller.uuid if self.caller else leg.uuid
        leg.fire("CHANNEL_CREATE")
        leg.fire("CHANNEL_ORIGINATE")
        leg.enter("CS_ROUTING")
        leg.enter("CS_CONSUME_MEDIA")
        begin(leg, one)
        return leg

    def _race(self, legs: list[Channel], last: bool) -> Channel | None:
        clock, caller = self.switch.clock, self.caller
        started = clock.now()
        end = started + max(0.5, self.timeout - 0.5)
        limits = {leg.uuid: self._limit(leg, started) for leg in legs}
        waiting = list(legs)
        while waiting:
            self.cancelled = caller is not None and not caller.ready
            if self.cancelled:
                self.cause = "ORIGINATOR_CANCEL"
                self._drop(waiting, "ORIGINATOR_CANCEL")
                return None
            if winner := next((leg for leg in waiting if self._won(leg)), None):
                self._drop([leg for leg in waiting if leg is not winner], "LOSE_RACE")
                return winner
            now = clock.now()
            for leg in [leg for leg in waiting if not leg.cause and now >= self._silent(leg, started)]:
                waiting.remove(leg)
                self.cause = "PROGRESS_TIMEOUT"
                self._drop([leg], self.cause)
            for leg in [leg for leg in waiting if leg.cause or now >= min(end, limits[leg.uuid])]:
                waiting.remove(leg)
                self.cause = leg.cause or ("ALLOTTED_TIMEOUT" if limits[leg.uuid] <= end or not last else "NO_ANSWER")
                self._drop([leg], self.cause)
            if caller and caller.ready and any(leg.ringing for leg in waiting):
                caller.ring()
            if waiting and not (caller and not caller.locks and self._obey(caller)):
                silent = (self._silent(leg, started) for leg in waiting)
                clock.wait(self.signal, min(end, *silent, *(limits[leg.uuid] for leg in waiting)))
                self.signal.clear()
        return None

    @staticmethod
    def _obey(caller: Channel) -> bool:
        """Commands sent without a lock run while it rings (seen on 1.11.1)."""
        if not caller.commands:
            return False
        session.parse(caller)
        caller.broken = False
        return True

    def _won(self, leg: Channel) -> bool:
        if leg.cause:
            return False
        if key := leg.get("group_confirm_key"):
            confirmed = leg.answered and key in [leg.take_digit() for _ in range(len(leg.digits))]
            leg.set("read_result", "success" if confirmed else None)
            return confirmed
        ignore = leg.true("ignore_early_media") or (self.caller is not None and self.caller.true("ignore_early_media"))
        return leg.answered or (leg.early and not ignore)

    def _drop(self, legs: list[Channel], cause: str) -> None:
        """Legs that did not make it: the caller's variables keep the last one's cause."""
        for leg in legs:
            leg.dialler = None
            leg.hang_up(cause)
            if self.caller:
                self.caller.set("last_bridge_hangup_cause", leg.cause)
                if sip := leg.get("proto_specific_hangup_cause"):
                    self.caller.set("last_bridge_proto_specific_hangup_cause", sip)
            if not leg.mate:
                leg.report()
            elif not leg.mate.cause:
                leg.mate.hang_up(leg.cause)
            leg.report()

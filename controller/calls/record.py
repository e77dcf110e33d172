"""The call record: what is kept of a call when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.calls.checkpoint import Checkpoint
from controller.calls.offer import Offer
from controller.calls.routing import NoRoute, Route
from controller.calls.spool import Fact
from controller.calls.tally import Tally
from controller.esl.fields import Ending
from controller.flow.commands import Dialled


@dataclass
class Record:
    """A call while it lasts, as its record will tell it. Times are epoch seconds."""

    offer: Offer
    controller: str = ""
    subscriber: int | None = None
    direction: str = "inbound"
    number: str = ""
    ended_by: str = ""  # "flow", "controller", "called"; "" leaves it to what FreeSWITCH says
    source: str = "controller"
    tally: Tally = field(default_factory=Tally)

    def follow(self, route: Route | NoRoute) -> None:
        """Note where the call goes."""
        self.subscriber = route.subscriber.subscriber_id if route.subscriber else None
        self.direction, self.number = route.direction, route.number
        self.tally.trunk = self.tally.trunk or route.trunk
        if isinstance(route, NoRoute):
            self.tally.problem = route.reason

    def resume(self, saved: Checkpoint) -> None:
        """Take over what another controller had gathered."""
        self.subscriber, self.direction, self.number = saved.subscriber, saved.direction, saved.number
        self.tally = saved.tally

    def close_talk(self, until: float) -> None:
        """Whoever was talked to was so until then, in epoch seconds."""
        who, since = self.tally.connected
        self.tally.connected = []
        self.tally.dialled.append(Dialled("answered", str(who), "SUCCESS", 0.0, round(max(0.0, until - since), 3)))

    def fact(self, ending: Ending | None, now: float) -> Fact:
        """The finished row. Without an ending the socket was lost: the end is marked as unknown."""
        tally = self.tally
        start = (ending.created if ending else 0.0) or self.offer.created or now
        answer = ending.answered if ending else 0.0
        end = (ending.ended if ending else 0.0) or now
        talk = sum(dialled.talked for dialled in tally.dialled if dialled.outcome == "answered")
        return {
            "table": "call_record",
            "call": self.offer.call,
            "subscriber": self.subscriber,
            "direction": self.direction,
            "caller": self.offer.caller,
            "caller_name": self.offer.caller_name,
            "called": self.offer.dialled,
            "presented": tally.presented,
            "number": self.number,
            "started_at": start,
            "ringing_at": tally.ringing_since or None,
            "answered_at": answer or None,
            "ended_at": end,
            "wait": max(0.0, (answer or end) - start),
            "talk": talk,
            "hold": tally.hold,
            "billed": max(0.0, end - answer) if answer else 0.0,
            "disposition": self._disposition(ending, bool(answer)),
            "cause": ending.cause if ending else "",
            "q850": ending.q850 if ending else None,
            "sip_code": ending.sip_code or None if ending else None,
            "hung_up_by": self.ended_by or self._other_end(ending),
            "flow": tally.flow,
            "flow_version": tally.version or None,
            "path": tally.told(),
            "codec": ending.codec if ending else "",
            "mos": ending.mos if ending else None,
            "trunk": tally.trunk,
            "controller": self.controller,
            "source": self.source,
            "problem": tally.problem,
            "transferred_by": self.offer.transferor,
            "outcome": tally.outcome,
            "fax": tally.fax or None,
        }

    def _other_end(self, ending: Ending | None) -> str:
        if ending is None:
            return ""
        return "controller" if ending.by == "us" else "caller"

    def _disposition(self, ending: Ending | None, answered: bool) -> str:
        """answered (by somebody), served (by the flow), abandoned (by the caller), busy, no_answer, failed or lost."""
        if ending is None:
            return "lost"
        outcomes = [dialled.outcome for dialled in self.tally.dialled]
        if "answered" in outcomes:
            return "answered"
        if self.tally.problem:
            return "failed"
        if not self.ended_by:
            return "abandoned"
        if outcomes:
            return outcomes[-1]
        return "served" if answered else "failed"

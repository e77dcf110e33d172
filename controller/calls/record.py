"""The call record: what is kept of a call when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from controller.calls.offer import Offer
from controller.calls.routing import NoRoute, Route
from controller.calls.spool import Fact
from controller.esl.fields import Ending
from controller.flow.commands import Dialled


@dataclass
class Record:
    """A call while it lasts, as its record will tell it. Times are epoch seconds."""

    offer: Offer
    subscriber: int | None = None
    direction: str = "inbound"
    number: str = ""
    trunk: str = ""
    flow: str = ""
    version: int = 0
    presented: str = ""
    problem: str = ""
    controller: str = ""
    path: list[dict[str, Any]] = field(default_factory=list)
    dialled: list[Dialled] = field(default_factory=list)
    ended_by: str = ""  # "flow", "controller", "called"; "" leaves it to what FreeSWITCH says
    ringing_since: float = 0.0
    hold: float = 0.0

    def follow(self, route: Route | NoRoute) -> None:
        """Note where the call goes."""
        self.subscriber = route.subscriber.subscriber_id if route.subscriber else None
        self.direction, self.number, self.trunk = route.direction, route.number, route.trunk
        if isinstance(route, NoRoute):
            self.problem = route.reason

    def fact(self, ending: Ending | None, now: float) -> Fact:
        """The finished row. Without an ending the socket was lost: the end is marked as unknown."""
        start = (ending.created if ending else 0.0) or self.offer.created or now
        answer = ending.answered if ending else 0.0
        end = (ending.ended if ending else 0.0) or now
        talk = sum(dialled.talked for dialled in self.dialled if dialled.outcome == "answered")
        return {
            "table": "call_record",
            "call": self.offer.call,
            "subscriber": self.subscriber,
            "direction": self.direction,
            "caller": self.offer.caller,
            "caller_name": self.offer.caller_name,
            "called": self.offer.dialled,
            "presented": self.presented,
            "number": self.number,
            "started_at": start,
            "ringing_at": self.ringing_since or None,
            "answered_at": answer or None,
            "ended_at": end,
            "wait": max(0.0, (answer or end) - start),
            "talk": talk,
            "hold": self.hold,
            "billed": max(0.0, end - answer) if answer else 0.0,
            "disposition": self._disposition(ending, bool(answer)),
            "cause": ending.cause if ending else "",
            "q850": ending.q850 if ending else None,
            "sip_code": ending.sip_code or None if ending else None,
            "hung_up_by": self.ended_by or self._other_end(ending),
            "flow": self.flow,
            "flow_version": self.version or None,
            "path": self.path,
            "codec": ending.codec if ending else "",
            "mos": ending.mos if ending else None,
            "trunk": self.trunk,
            "controller": self.controller,
            "problem": self.problem,
        }

    def _other_end(self, ending: Ending | None) -> str:
        if ending is None:
            return ""
        return "controller" if ending.by == "us" else "caller"

    def _disposition(self, ending: Ending | None, answered: bool) -> str:
        """answered (by somebody), served (by the flow), abandoned (by the caller), busy, no_answer, failed or lost."""
        if ending is None:
            return "lost"
        outcomes = [dialled.outcome for dialled in self.dialled]
        if "answered" in outcomes:
            return "answered"
        if self.problem:
            return "failed"
        if not self.ended_by:
            return "abandoned"
        if outcomes:
            return outcomes[-1]
        return "served" if answered else "failed"

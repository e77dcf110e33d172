"""Somebody who is called: rings, answers, is busy, as a test has scripted it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from controller.virtual.far_fax import FarFax
from controller.virtual.party import Line, Party

# The cause FreeSWITCH makes of a SIP answer (recorded in 03d and 03e).
CAUSES = {404: "UNALLOCATED_NUMBER", 480: "NO_USER_RESPONSE", 486: "USER_BUSY", 500: "NORMAL_TEMPORARY_FAILURE",
          503: "NORMAL_TEMPORARY_FAILURE", 603: "CALL_REJECTED"}  # fmt: skip


@dataclass
class Callee:
    """How a number behaves when it is called. Times are seconds of the switch's clock, counted from the call (or the
    answer).

    `status` refuses with that SIP answer at once (486 busy, 404, 480, 503, 603), or has rung until `refuses_after`.
    """

    number: str
    rings_after: float | None = 0.0
    early_media_after: float | None = None
    answers_after: float | None = None
    status: int = 0
    refuses_after: float = 0.0
    hangs_up_after: float | None = None
    presses: str = ""
    presses_after: float = 1.0
    fax: FarFax | None = None
    calls: list[Party] = field(default_factory=list)

    def take(self, leg: Line) -> None:
        """A call arrives."""
        self.calls.append(leg.party)
        leg.party.fax = self.fax
        later = leg.clock.later
        if self.status:
            cause = CAUSES.get(self.status, "NORMAL_TEMPORARY_FAILURE")
            if self.rings_after is not None and self.rings_after < self.refuses_after:
                later(self.rings_after, self._if_up, leg, leg.ring)
            if self.early_media_after is not None:
                later(self.early_media_after, self._if_up, leg, leg.open_media)
            later(self.refuses_after, self._if_up, leg, lambda: leg.hang_up(cause, str(self.status)))
            return
        for moment, act in (
            (self.rings_after, leg.ring),
            (self.early_media_after, leg.open_media),
            (self.answers_after, lambda: self._answer(leg)),
        ):
            if moment is not None:
                later(moment, self._if_up, leg, act)

    def _answer(self, leg: Line) -> None:
        leg.answer()
        if self.presses:
            leg.party.presses(self.presses, after=self.presses_after)
        if self.hangs_up_after is not None:
            leg.party.hangs_up(after=self.hangs_up_after)

    @staticmethod
    def _if_up(leg: Line, act: Callable[[], None]) -> None:
        if not leg.cause:
            act()

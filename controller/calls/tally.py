"""What a call's record has gathered so far, small enough to travel with the call's checkpoint.

Whoever finishes the call (another controller, or nobody and FreeSWITCH's own account is read) still writes one record
of the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from controller.flow.commands import Dialled
from controller.flow.engine import Step

LATEST = 60  # steps of the path that travel; older ones are only counted
LAST_DIALLED = 20  # outcomes that travel; older ones are one, which says whether somebody answered, and the talk


@dataclass
class Tally:
    """Sums over the controllers that had the call. Times are epoch seconds, durations seconds."""

    flow: str = ""
    version: int = 0
    trunk: str = ""
    presented: str = ""
    ringing_since: float = 0.0
    hold: float = 0.0
    problem: str = ""
    connected: list[Any] = field(default_factory=list)  # who talks now, and since when; empty when nobody does
    dialled: list[Dialled] = field(default_factory=list)
    path: list[Step] = field(default_factory=list)
    omitted: int = 0  # steps that were walked before the first of `path`
    outcome: str = ""  # the flow's word for what came of the call
    fax: dict[str, Any] = field(default_factory=dict)  # how the call's last fax went

    def dump(self, steps: int = LATEST) -> list[Any]:
        """As short JSON data, with the last `steps` of the path."""
        left_out = max(0, len(self.path) - steps)
        head = [self.flow, self.version, self.trunk, self.presented, self.ringing_since, round(self.hold, 3)]
        dialled = [list(asdict(one).values()) for one in _summed(self.dialled)]
        kept = self.path[left_out:]
        path = list(_short(kept))
        last = [self.outcome, *([self.fax] if self.fax else [])]
        return [*head, self.problem[:200], self.connected, dialled, self.omitted + left_out, path, *last]

    @classmethod
    def load(cls, data: Any) -> Tally:
        """Read what `dump` wrote; ValueError for anything else."""
        try:
            tally = cls(*data[:8])
            tally.dialled = [Dialled(*one) for one in data[8]]
            tally.omitted, tally.path = int(data[9]), list(_long(data[10]))
            tally.outcome = str(data[11]) if len(data) > 11 else ""  # a controller of before did not know it
            tally.fax = dict(data[12]) if len(data) > 12 else {}
            return tally
        except (TypeError, ValueError, IndexError, KeyError) as wrong:
            raise ValueError(f"not a tally: {wrong}") from None

    def told(self) -> list[dict[str, Any]]:
        """The path as a record tells it."""
        return [*([{"omitted": self.omitted}] if self.omitted else []), *(asdict(step) for step in self.path)]


def _summed(dialled: list[Dialled]) -> list[Dialled]:
    """The last outcomes, and before them one that stands for all others: a call may ring somebody for hours."""
    older, last = dialled[:-LAST_DIALLED], dialled[-LAST_DIALLED:]
    if not older:
        return last
    answered = [one.talked for one in older if one.outcome == "answered"]
    rang = sum(one.rang for one in older)
    one = Dialled("answered" if answered else older[-1].outcome, "", "", round(rang, 3), round(sum(answered), 3))
    return [one, *last]


def _short(path: Iterable[Step]) -> Iterable[list[Any]]:
    """A flow is named when it changes; a step is its node, kind and exit."""
    flow: tuple[str, int] | None = None
    for step in path:
        if (step.flow, step.version) != flow:
            flow = (step.flow, step.version)
            yield [step.flow, step.version]
        yield [step.node, step.kind, step.exit]


def _long(path: Iterable[list[Any]]) -> Iterable[Step]:
    flow, version = "", 0
    for part in path:
        if len(part) == 2:
            flow, version = part
        else:
            node, kind, left = part
            yield Step(flow, version, node, kind, left)

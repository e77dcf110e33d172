"""A call that FreeSWITCH lost: why, and between which moments. Its record and its journal say so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Reason = Literal["restarted", "forgotten", "unknown"]
TEXTS: dict[Reason, str] = {
    "restarted": "FreeSWITCH restarted: the call was lost between {after} and {before}.",
    "forgotten": "FreeSWITCH lost the call between {after} and {before} and did not say how it ended.",
    "unknown": "FreeSWITCH has not answered since {after}: what became of the call was not known at {before}.",
}


@dataclass(frozen=True)
class Gap:
    """`after` and `before` are epoch seconds: FreeSWITCH had the call then, and no longer."""

    reason: Reason
    after: float
    before: float

    def text(self) -> str:
        """In words, for the record."""
        return TEXTS[self.reason].format(after=_moment(self.after), before=_moment(self.before))

    def told(self) -> dict[str, Any]:
        """As the journal's entry `gap`."""
        return asdict(self)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

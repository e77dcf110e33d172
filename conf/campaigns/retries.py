"""What follows a campaign's call: by its outcome the contact is done, or is called again, not before a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Outcome = Literal[
    "reached", "refused", "busy", "no_answer", "machine", "message_left", "dropped", "failed", "wrong_number", "unknown"
]
"""`message_left`: with a machine. `dropped`: the person hung up before anything was learnt. `unknown`: nobody can say
whether the phone rang.
"""

FINAL: frozenset[str] = frozenset({"reached", "refused", "wrong_number"})


@dataclass(frozen=True)
class Retry:
    """How often an outcome is tried again, and after how many seconds."""

    times: int
    after: float


PLAN: Mapping[str, Retry] = {
    "busy": Retry(3, 15 * 60.0),
    "no_answer": Retry(2, 4 * 3600.0),
    "machine": Retry(1, 24 * 3600.0),
    "message_left": Retry(0, 24 * 3600.0),  # they know now; who wants to be insistent writes so
    "dropped": Retry(1, 24 * 3600.0),
    "failed": Retry(2, 3600.0),
    # It may have rung: it counts as a call, and another one may only come another day.
    "unknown": Retry(1, 24 * 3600.0),
}


def again_at(
    outcomes: Sequence[str], ended_at: datetime, plan: Mapping[str, Retry] = PLAN, most: int = 4
) -> datetime | None:
    """When a contact is called again after these outcomes, the newest last; None when the contact is done.

    `most` bounds the calls of one contact whatever their outcomes.
    """
    newest = outcomes[-1]
    retry = plan.get(newest)
    if newest in FINAL or retry is None or len(outcomes) >= most or outcomes.count(newest) > retry.times:
        return None
    return ended_at + timedelta(seconds=retry.after)


CAUSES: Mapping[str, Outcome] = {
    "USER_BUSY": "busy",
    "NO_ANSWER": "no_answer",
    "NO_USER_RESPONSE": "no_answer",
    "ALLOTTED_TIMEOUT": "no_answer",
    "ORIGINATOR_CANCEL": "no_answer",
    "CALL_REJECTED": "no_answer",
    "UNALLOCATED_NUMBER": "wrong_number",
    "NO_ROUTE_DESTINATION": "wrong_number",
    "NUMBER_CHANGED": "wrong_number",
    "INVALID_NUMBER_FORMAT": "wrong_number",
}


def outcome_of(cause: str) -> Outcome:
    """The outcome of a call that nobody answered, by the name of its Q.850 cause."""
    return CAUSES.get(cause, "failed")

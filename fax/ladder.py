"""What is tried next when a call for a fax ended: which rung of the ladder, when, or why nothing is tried any more.

Pure: what was tried, what is remembered of the number and the moment are given. The table is data; `after` reads it.

Rungs: A asks for T.38, with ECM and V.17 (and falls to audio by itself); B is audio with ECM; C is B without V.17;
D is C without ECM; E is T.38 without V.17.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Rung = Literal["A", "B", "C", "D", "E"]
RUNGS: tuple[Rung, ...] = ("A", "B", "C", "D", "E")
T38: frozenset[str] = frozenset("AE")
MOST_ANSWERED = 5
LONGEST = timedelta(hours=3)
MINUTE = 60.0
_BELOW: Mapping[str, Rung] = {"A": "B", "B": "C", "C": "D", "E": "C"}
_AUDIO: Mapping[str, Rung] = {"A": "C", "B": "C", "C": "D", "E": "C"}

Kind = Literal["done", "no_fax", "training", "page", "line", "incompatible", "size", "our_file", "refused", "receiving"]


def _of(kind: Kind, *codes: int) -> dict[int, Kind]:
    return dict.fromkeys(codes, kind)


KINDS: Mapping[int, Kind] = {
    **_of("done", 0),
    **_of("no_fax", 2, 3, 19),
    **_of("training", 5, 6, 14, 20),
    **_of("page", 15, 16, 18, 21, 22, 48),
    **_of("line", 1, 4, 13, 17, 49),
    **_of("incompatible", 7, 8, 9, 10),
    **_of("size", 11, 12),
    **_of("our_file", *range(41, 48)),
    **_of("refused", *range(50, 62)),
    **_of("receiving", *range(23, 41)),
}


@dataclass(frozen=True)
class Unanswered:
    """How often, and after how many seconds, it is tried again when a call is not answered for one cause."""

    reason: str
    after: float = 0.0
    times: int = 0


_BUSY = Unanswered("busy", 3 * MINUTE, 12)
_SILENT = Unanswered("no_answer", 5 * MINUTE, 3)
_AWAY = Unanswered("unavailable", 5 * MINUTE, 3)
_WRONG = Unanswered("wrong_number")
_BARRED = Unanswered("barred")
_INCOMPATIBLE = Unanswered("no_t38")  # the rung changes: see `_not_answered`
CAUSES: Mapping[str, Unanswered] = {
    "USER_BUSY": _BUSY,
    "NO_ANSWER": _SILENT,
    "NO_USER_RESPONSE": _SILENT,
    "ALLOTTED_TIMEOUT": _SILENT,
    "UNALLOCATED_NUMBER": _WRONG,
    "NO_ROUTE_DESTINATION": _WRONG,
    "INVALID_NUMBER_FORMAT": _WRONG,
    "NUMBER_CHANGED": _WRONG,
    "OUTGOING_CALL_BARRED": _BARRED,
    "INCOMPATIBLE_DESTINATION": _INCOMPATIBLE,
}


@dataclass(frozen=True)
class Outcome:
    """How a call ended. `code` is the fax's result, None when there is none; `pages` those confirmed in this call."""

    rung: str
    code: int | None = None
    cause: str = ""
    answered: bool = True
    t38: bool | None = None
    pages: int = 0

    @property
    def kind(self) -> Kind:
        """The row of the table, for a call that was answered."""
        return KINDS.get(49 if self.code is None else self.code, "line")

    @property
    def was_t38(self) -> bool:
        """Whether the fax went over T.38, as far as is known."""
        return self.rung in T38 if self.t38 is None else self.t38


@dataclass(frozen=True)
class Done:
    """The far end has everything."""


@dataclass(frozen=True)
class Again:
    """It is tried again on a rung, after some seconds. `render` makes the pages anew first: fine, A4."""

    rung: str
    after: float
    render: bool = False


@dataclass(frozen=True)
class Stop:
    """Nothing more is tried; `reason` is a key of `fax.results.REASONS`."""

    reason: str


Next = Done | Again | Stop


def first(remembered: str) -> str:
    """The rung that a fax begins with: what worked for the number, else the first."""
    return remembered if remembered in RUNGS else "A"


def after(history: Sequence[Outcome], began: datetime, now: datetime) -> Next:
    """What follows on the calls so far, the newest last; `began` is when the first was placed."""
    told = history[-1].answered or history[-1].code is not None
    found = _answered(history) if told else _not_answered(history)
    if not isinstance(found, Again):
        return found
    if sum(outcome.answered for outcome in history) >= MOST_ANSWERED:
        return Stop("too_many_calls")
    if now + timedelta(seconds=found.after) > began + LONGEST:
        return Stop("too_long")
    return found


def _not_answered(history: Sequence[Outcome]) -> Next:
    newest = history[-1]
    rule = CAUSES.get(newest.cause, _AWAY)
    if rule is _INCOMPATIBLE:
        return Again("B", 0.0) if newest.rung in T38 else Stop("no_t38")
    same = sum(not one.answered and CAUSES.get(one.cause, _AWAY) is rule for one in history)
    return Again(newest.rung, rule.after) if same <= rule.times else Stop(rule.reason)


def _answered(history: Sequence[Outcome]) -> Next:
    newest, kind = history[-1], history[-1].kind
    again = sum(one.answered and one.kind == kind for one in history) > 1
    match kind:
        case "done":
            return Done()
        case "no_fax":
            return Stop("not_a_fax") if again else Again("B", 5 * MINUTE)
        case "training":
            return _down(history, _AUDIO, "training")
        case "page" if newest.was_t38 and not any(one.rung == "E" for one in history):
            return Again("E", MINUTE)
        case "page":
            return _down(history, _AUDIO, "page")
        case "line" if not _twice_on_a_rung(history):
            return Again(newest.rung, MINUTE)
        case "line":
            return _down(history, _BELOW, "line")
        case "incompatible":
            return Stop("incompatible") if again else Again(newest.rung, MINUTE)
        case "size":
            return Stop("size") if again else Again(newest.rung, MINUTE, render=True)
        case _:  # our_file, refused, receiving: another call would end alike
            return Stop(kind)


def _twice_on_a_rung(history: Sequence[Outcome]) -> bool:
    newest, *before = [one for one in reversed(history) if one.answered]
    return bool(before) and before[0].kind == "line" and before[0].rung == newest.rung


def _down(history: Sequence[Outcome], ladder: Mapping[str, Rung], reason: str) -> Next:
    """The next rung. Below the last: the first, when memory began further down; or once more, while pages get over."""
    newest = history[-1]
    if newest.rung in ladder:
        return Again(ladder[newest.rung], MINUTE)
    if not any(one.rung == "A" for one in history):
        return Again("A", MINUTE)
    return Again(newest.rung, MINUTE) if newest.pages else Stop(reason)

"""What agents note of their calls: made when a call comes to a desk, written while and after it, saved at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.models import WrapUp
from conf.problems import N_, ConfigurationError, Problem
from conf.prompter.content import opened, sealed

OUTCOMES = ("resolved", "call_back", "passed_on", "unresolved", "no_matter")
LONGEST = 10_000  # signs of notes
REMINDED = timedelta(days=7)  # for how long an agent is reminded of what was not saved
MOST = 20


@dataclass(frozen=True)
class AtDesk:
    """A call that comes to an agent's desk. `agent` is a login."""

    call: str
    agent: str
    began_at: datetime
    direction: str = ""
    caller: str = ""
    caller_name: str = ""
    called: str = ""
    queue: str = ""


def begin(session: Session, subscriber_id: int, at_desk: AtDesk) -> bool:
    """Write down that a call is at a desk; False when that was known."""
    agent = at_desk.agent.lower()
    if session.scalars(select(WrapUp.id).where(*_is(subscriber_id, at_desk.call, agent))).first() is not None:
        return False
    session.add(WrapUp(subscriber_id=subscriber_id, **{**vars(at_desk), "agent": agent}))
    session.flush()
    return True


def find(session: Session, subscriber_id: int, call: str, agent: str) -> WrapUp:
    """What an agent noted of a call. LookupError when it never was at their desk."""
    row = session.scalars(select(WrapUp).where(*_is(subscriber_id, call, agent.lower()))).one_or_none()
    if row is None:
        raise LookupError(f"{call} was not at the desk of {agent}")
    return row


def end(row: WrapUp, at: datetime) -> None:
    """The call is over for the agent; once more changes nothing."""
    row.ended_at = row.ended_at or at


def go_on(row: WrapUp) -> None:
    """The call is back at the desk: a transfer came back, or the talk had only been interrupted."""
    row.ended_at = None


def write(
    row: WrapUp, *, notes: str, outcome: str, at: datetime, adherence: float | None = None, save: bool = False
) -> None:
    """Keep what was written; with `save` for good. ConfigurationError names `notes` or `outcome`.

    A draft that comes late, when the notes were saved already, changes nothing.
    """
    if len(notes) > LONGEST:
        raise _wrong("notes", "too_long", N_("is longer than {max_length} characters"), max_length=LONGEST)
    if outcome and outcome not in OUTCOMES:
        raise _wrong("outcome", "unknown_outcome", N_("must be one of {expected}"), expected=", ".join(OUTCOMES))
    if row.saved_at is not None and not save:
        return
    row.notes = sealed({"notes": notes})
    row.outcome, row.changed_at = outcome, at
    row.adherence = row.adherence if adherence is None else adherence
    if save:
        row.saved_at = at


def notes(row: WrapUp) -> str | None:
    """What was written, "" when nothing was; None while it is sealed."""
    if row.notes is None:
        return ""
    return None if row.notes.sealed else str(opened(row.notes)["notes"])


def unsaved(session: Session, subscriber_id: int, agent: str, now: datetime) -> Sequence[WrapUp]:
    """The calls of an agent's last days that they have not closed, the newest first; also one in progress."""
    wanted = select(WrapUp).where(
        WrapUp.subscriber_id == subscriber_id,
        WrapUp.agent == agent.lower(),
        WrapUp.began_at > now - REMINDED,
        WrapUp.saved_at.is_(None),
    )
    return session.scalars(wanted.order_by(WrapUp.began_at.desc()).limit(MOST)).all()


def of_call(session: Session, subscriber_id: int, call: str) -> list[WrapUp]:
    """What was noted of a call and saved, the earliest first; those of nothing are left out."""
    wanted = select(WrapUp).where(
        WrapUp.subscriber_id == subscriber_id, WrapUp.call == call, WrapUp.saved_at.is_not(None)
    )
    return [row for row in session.scalars(wanted.order_by(WrapUp.saved_at)) if row.outcome or notes(row) != ""]


def _is(subscriber_id: int, call: str, agent: str) -> tuple[Any, ...]:
    return WrapUp.subscriber_id == subscriber_id, WrapUp.call == call, WrapUp.agent == agent


def _wrong(field: str, code: str, message: str, **fields: Any) -> ConfigurationError:
    return ConfigurationError([Problem(code, message, fields, field=field)])

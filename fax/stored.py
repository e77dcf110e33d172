"""A fax as the database keeps it, and as a state: read, and written back with all that follows from a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.fax import attempts as calls
from conf.fax import box, notices
from conf.models import Fax, FaxAttempt, FaxBox
from fax import jobs
from fax.jobs import Progress, State
from fax.ladder import Outcome

TOLD = {
    "sent": notices.SENT,
    "failed": notices.FAILED,
    "retrying": notices.REQUEUED,
    "uncertain": notices.UNCERTAIN,
}


def attempts_of(session: Session, fax: Fax) -> Sequence[FaxAttempt]:
    """The calls for a fax, the first one first."""
    wanted = select(FaxAttempt).where(FaxAttempt.fax_id == fax.id).order_by(FaxAttempt.number)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def outcome(attempt: FaxAttempt) -> Outcome:
    """How a call ended, for the ladder."""
    pages = max(0, attempt.pages_confirmed - attempt.covers)
    return Outcome(attempt.rung, attempt.code, attempt.cause, attempt.answered, attempt.t38, pages)


def progress(fax: Fax, attempts: Sequence[FaxAttempt], newest_over: bool = True) -> Progress:
    """How far a fax is. The calls before somebody had it sent again do not count for the ladder."""
    began = fax.first_call_at
    past = [one for one in attempts if one.state == "over" and began is not None and one.asked_at >= began]
    if not newest_over and past and past[-1] is attempts[-1]:
        past = past[:-1]
    calls_placed = max((one.number for one in attempts), default=0)
    return Progress(fax.pages, fax.pages_confirmed, tuple(outcome(one) for one in past), began, calls_placed)


def load(fax: Fax, attempts: Sequence[FaxAttempt]) -> State:
    """The state of a fax that goes out. The outcome of a call that is being settled is not in its history yet."""
    whole = progress(fax, attempts)
    match fax.state:
        case "queued":
            return jobs.Queued(fax.due_at, whole, fax.rung)
        case "converting":
            return jobs.Converting(fax.due_at, whole, fax.rung)
        case "waiting":
            return jobs.Waiting(fax.due_at, whole)
        case "retrying":
            return jobs.Retrying(fax.due_at, whole, fax.rung)
        case "sending" | "uncertain":
            return _under_way(fax, attempts)
        case "sent":
            return jobs.Sent(fax.reason)
        case "failed":
            return jobs.Failed(fax.reason)
        case "cancelled":
            return jobs.Cancelled()
    raise ValueError(f"a fax that goes out is never {fax.state}")


def _under_way(fax: Fax, attempts: Sequence[FaxAttempt]) -> State:
    so_far = progress(fax, attempts, newest_over=False)
    newest = attempts[-1]
    if fax.state == "uncertain":
        return jobs.Uncertain(so_far, newest.rung)
    return jobs.Sending(so_far, newest.rung, newest.start_page, fax.reason == "cancelling")


def save(session: Session, fax: Fax, state: State, now: datetime) -> None:
    """Write a state, and tell whoever is to be told of it."""
    changed = fax.state != state.name
    fax.state, fax.worker, fax.lease_until = state.name, "", None
    fax.changes += int(changed)
    fax.reason = getattr(state, "reason", "")
    match state:
        case jobs.Queued() | jobs.Retrying():
            fax.due_at, fax.rung = state.due, state.rung
            fax.first_call_at = state.progress.began
        case jobs.Waiting():
            fax.due_at = state.due
        case jobs.Sending():
            fax.first_call_at, fax.rung = state.progress.began, state.rung
            fax.reason = "cancelling" if state.cancelling else ""
        case jobs.Sent() if state.reason == "sent":
            fax.pages_confirmed = fax.pages
    if state.name in jobs.TERMINAL:
        fax.done_at = now
        fax.until = now + timedelta(days=_keep_days(session, fax))
    session.flush()
    if changed and (event := TOLD.get(state.name)):
        notices.notify(session, fax, event, now)


def note_call(fax: Fax, attempt: FaxAttempt) -> None:
    """What is told of the newest call stands with the fax itself."""
    for name in ("call", "code", "cause", "rate", "ecm", "t38", "bad_rows", "seconds"):
        setattr(fax, name, getattr(attempt, name))
    fax.remote_id = attempt.remote_id or fax.remote_id
    fax.pages_confirmed = max(fax.pages_confirmed, min(fax.pages, calls.confirmed(attempt)))


def _keep_days(session: Session, fax: Fax) -> int:
    row = session.scalars(select(FaxBox).where(FaxBox.subscriber_id == fax.subscriber_id)).one_or_none()
    return box.of_document(row.doc if row else {}).keep_days

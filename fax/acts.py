"""What people do with a fax that goes out: cancel it, have it sent again, say that it arrived."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.models import Fax
from conf.problems import N_, Wrong
from fax import jobs, stored
from fax.jobs import State


def cancel(session: Session, fax_id: int, now: datetime) -> Fax:
    """End a fax; one that is being sent is ended by its worker. LookupError; Wrong when it has ended."""
    return _change(session, fax_id, now, _cancelled)


def resend(session: Session, fax_id: int, now: datetime) -> Fax:
    """Send what is not confirmed of an uncertain fax again. LookupError; Wrong when it is not uncertain."""
    return _change(session, fax_id, now, lambda state: _uncertain(state).resend(now))


def it_went(session: Session, fax_id: int, now: datetime) -> Fax:
    """Somebody knows that an uncertain fax arrived. LookupError; Wrong when it is not uncertain."""
    return _change(session, fax_id, now, lambda state: _uncertain(state).it_went())


def _change(session: Session, fax_id: int, now: datetime, change: Callable[[State], State]) -> Fax:
    wanted = select(Fax).where(Fax.id == fax_id, Fax.direction == "out").with_for_update()
    fax = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if fax is None:
        raise LookupError(f"no fax {fax_id}")
    stored.save(session, fax, change(stored.load(fax, stored.attempts_of(session, fax))), now)
    return fax


def _cancelled(state: State) -> State:
    if isinstance(state, jobs.Sent | jobs.Failed | jobs.Cancelled):
        raise Wrong("ended", N_("has ended: there is nothing to cancel"))
    return state.cancel()


def _uncertain(state: State) -> jobs.Uncertain:
    if not isinstance(state, jobs.Uncertain):
        raise Wrong("not_uncertain", N_("is not waiting for that answer"))
    return state

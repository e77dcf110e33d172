"""The bin: a fax that somebody deleted lies there for some days, then its content is destroyed.

That there was a fax, with which number and when, stays known: calls were paid for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from conf.fax import box, retention
from conf.fax.content import Store
from conf.models import Fax
from conf.problems import N_, Wrong


def delete(session: Session, fax: Fax, now: datetime) -> None:
    """Put a fax into the bin. Wrong when it has not ended yet; one that lies there already stays as it is."""
    if fax.state not in retention.ENDED:
        raise Wrong("not_ended", N_("has not ended: cancel it first"))
    if fax.deleted_at is None:
        fax.deleted_at = now
        fax.until = now + timedelta(days=box.read(session).bin_days)
        session.flush()


def restore(session: Session, fax: Fax, now: datetime) -> None:
    """Take a fax out of the bin; it is kept for as long as it would have been."""
    if fax.deleted_at is None:
        return
    kept = (fax.done_at or fax.created_at) + timedelta(days=box.read(session).keep_days)
    fax.deleted_at, fax.until = None, max(kept, now + timedelta(days=1))
    session.flush()


def destroy(session: Session, store: Store, fax: Fax, now: datetime) -> None:
    """Destroy what a fax held, at once. Wrong when it has not ended yet."""
    delete(session, fax, now)
    retention.forget(session, store, fax)

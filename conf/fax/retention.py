"""Forgetting what faxes held once their time is over: documents, pages, pictures. That there was a fax stays known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from conf.database import operator
from conf.fax.content import Store
from conf.models import Fax, FaxBatch, FaxDocument, FaxMemory

ENDED = ("sent", "failed", "cancelled", "received", "partial")
MEMORY = timedelta(days=90)  # after which a number is tried from the first rung again
BATCH = 200


def forget_old(engine: Engine, store: Store, now: datetime) -> int:
    """Delete the content of faxes that are past their time, of every subscriber; how many faxes."""
    with operator(engine) as session:
        past = select(Fax).where(Fax.until < now, Fax.state.in_(ENDED)).limit(BATCH).with_for_update(skip_locked=True)
        gone = session.scalars(past).all()
        for fax in gone:
            forget(session, store, fax)
        old: Any = delete(FaxMemory).where(FaxMemory.at < now - MEMORY)
        session.execute(old, execution_options={"synchronize_session": False})
    return len(gone)


def forget(session: Session, store: Store, fax: Fax) -> None:
    """Delete the content of one fax, and the documents it was made of once no other fax of its batch needs them."""
    for name in (fax.tiff, fax.pdf, fax.thumbnail):
        store.delete(fax.subscriber_id, name)
    fax.tiff = fax.pdf = fax.thumbnail = ""
    fax.until = None
    session.flush()
    others = select(Fax.id).where(Fax.batch_id == fax.batch_id, (Fax.until.is_not(None)) | Fax.state.not_in(ENDED))
    if fax.batch_id is None or session.scalars(others.limit(1)).first() is not None:
        return
    for document in session.scalars(select(FaxDocument).where(FaxDocument.batch_id == fax.batch_id)):
        store.delete(fax.subscriber_id, document.stored)
        document.stored = ""
    session.scalars(select(FaxBatch).where(FaxBatch.id == fax.batch_id)).one().cover = None
    session.flush()

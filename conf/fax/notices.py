"""Who is told of a fax: webhooks at once, people by mail. What it says is never told, only how it went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf import jobs
from conf.fax import box, rights
from conf.models import Fax, FaxBatch, FaxBox, Number
from conf.webhooks.telling import tell

SENT, FAILED, REQUEUED, RECEIVED, UNCERTAIN = "fax.sent", "fax.failed", "fax.requeued", "fax.received", "fax.uncertain"
AS_THE_BOX = ["*"]  # in place of addresses


def notify(session: Session, fax: Fax, event: str, now: datetime) -> None:
    """Tell of a fax; each change of it is told once. A fax that is tried again is mailed about the first time only."""
    tell(session, fax.subscriber_id, event, f"fax-{fax.id}", fax.changes, about(fax), now)
    to = recipients(session, fax)
    if to:
        key = f"fax-{fax.id}-{event}" if event == REQUEUED else f"fax-{fax.id}-{event}-{fax.changes}"
        payload = {"about": "fax", "fax": fax.id, "event": event, "to": to}
        jobs.put(session, "mail", payload, due_at=now, key=key, subscriber=fax.subscriber_id)


def about(fax: Fax) -> dict[str, Any]:
    """What a webhook is told of a fax."""
    return {
        "fax": fax.id,
        "batch": fax.batch_id,
        "direction": fax.direction,
        "state": fax.state,
        "from": fax.from_number,
        "to": fax.to_number,
        "pages": fax.pages,
        "pages_confirmed": fax.pages_confirmed,
        "reason": fax.reason,
        "code": fax.code,
        "cause": fax.cause,
        "remote_id": fax.remote_id,
        "rate": fax.rate,
        "ecm": fax.ecm,
        "t38": fax.t38,
        "bad_rows": fax.bad_rows,
        "seconds": fax.seconds,
        "next_try": fax.due_at.isoformat() if fax.state == "retrying" else None,
    }


def recipients(session: Session, fax: Fax) -> list[str]:
    """The addresses that are told of a fax: those that were named with it, else whoever sent it and the box's.

    Of one that came in: those that its number names, else the box's. Nobody is told who may not see it.
    """
    return rights.told(session, fax, _named(session, fax))


def _named(session: Session, fax: Fax) -> list[str]:
    batch = session.scalars(select(FaxBatch).where(FaxBatch.id == fax.batch_id)).one_or_none()
    if batch is not None and batch.mail_to != AS_THE_BOX:
        return list(batch.mail_to)
    number = select(Number).where(Number.subscriber_id == fax.subscriber_id, Number.number == fax.to_number)
    if fax.direction == "in" and (owned := session.scalars(number).one_or_none()) and owned.doc.get("fax_to"):
        return list(owned.doc["fax_to"])  # logins are addresses
    row = session.scalars(select(FaxBox).where(FaxBox.subscriber_id == fax.subscriber_id)).one_or_none()
    named = box.of_document(row.doc).mail_to if row else ()
    sender = [fax.created_by] if "@" in fax.created_by else []
    return list(dict.fromkeys([*sender, *named]))

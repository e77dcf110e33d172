"""What was sent, what waits, what failed; sending it again, and a test."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, Select, delete, func, select, update
from sqlalchemy.orm import Session

from conf.database import operator
from conf.models import Webhook, WebhookDelivery
from conf.webhooks.events import TEST

KEPT = timedelta(days=30)


def deliveries(webhook_id: int, state: str = "") -> Select[WebhookDelivery]:
    """The deliveries of a webhook, to be ordered and paged by who reads them."""
    wanted = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id)
    return wanted.where(WebhookDelivery.state == state) if state else wanted


def delivery(session: Session, webhook_id: int, delivery_id: int) -> WebhookDelivery:
    """One delivery. LookupError when there is none."""
    wanted = deliveries(webhook_id).where(WebhookDelivery.id == delivery_id)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise LookupError(f"no delivery {delivery_id}")
    return found


def failed(session: Session, webhook_id: int) -> int:
    """How many deliveries were given up."""
    wanted = select(func.count(WebhookDelivery.id)).where(
        WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "failed"
    )
    return session.scalars(wanted).one()


def replay(session: Session, webhook_id: int, delivery_id: int, now: datetime) -> WebhookDelivery:
    """Send a delivery again that was delivered or given up; one that waits is tried now. LookupError."""
    found = delivery(session, webhook_id, delivery_id)
    if found.state != "sending":
        found.state, found.due_at, found.attempts = "waiting", now, 0
        found.delivered_at = None
        session.flush()
    return found


def replay_failed(session: Session, webhook_id: int, now: datetime) -> int:
    """Send everything again that was given up; how many there are."""
    change = (
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "failed")
        .values(state="waiting", due_at=now, attempts=0)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", session.execute(change)).rowcount


def send_test(session: Session, webhook: Webhook, slug: str, now: datetime) -> WebhookDelivery:
    """Queue a delivery that tells nothing but that it arrives."""
    call = f"test-{secrets.token_hex(8)}"
    body = {"event": TEST, "call": call, "sequence": 0, "at": now.isoformat(), "subscriber": slug, "data": {}}
    made = WebhookDelivery(
        webhook_id=webhook.id, call=call, sequence=0, event=TEST, body=body, due_at=now, created_at=now
    )
    session.add(made)
    session.flush()
    return made


def forget_old(engine: Engine, now: datetime) -> int:
    """Forget deliveries that came to their end a month ago; how many there were."""
    with operator(engine) as session:
        gone = delete(WebhookDelivery).where(
            WebhookDelivery.created_at < now - KEPT, WebhookDelivery.state.in_(("delivered", "failed"))
        )
        done = session.execute(gone, execution_options={"synchronize_session": False})
        return cast("CursorResult[Any]", done).rowcount

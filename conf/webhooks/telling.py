"""Events that are no call's: told in the transaction in which they happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.models import Subscriber, Webhook, WebhookDelivery


def tell(
    session: Session, subscriber_id: int, event: str, about: str, sequence: int, data: Mapping[str, Any], now: datetime
) -> int:
    """Have every webhook told that wants the event; how many there are.

    `about` names what it happened to, such as fax-12; what happens to it is told in the order of `sequence`.
    """
    hooks = session.scalars(select(Webhook).where(Webhook.subscriber_id == subscriber_id, Webhook.active)).all()
    wanting = [hook for hook in hooks if not hook.events or event in hook.events]
    if not wanting:
        return 0
    slug = session.scalars(select(Subscriber.slug).where(Subscriber.id == subscriber_id)).one()
    body = {"event": event, "call": about, "sequence": sequence, "at": now.isoformat(), "subscriber": slug}
    for hook in wanting:
        delivery = WebhookDelivery(webhook_id=hook.id, call=about, sequence=sequence, event=event, due_at=now)
        delivery.subscriber_id, delivery.body, delivery.created_at = subscriber_id, {**body, "data": dict(data)}, now
        session.add(delivery)
    session.flush()
    return len(wanting)

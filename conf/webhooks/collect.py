"""From the journal's rows to deliveries.

On PostgreSQL a row may become visible after one with a higher id. So a webhook has looked at a row for good only when
the id was there a minute ago: everything since is looked at again and again, and each event is taken once by its key.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conf.database import operator
from conf.models import CallEvent, Subscriber, Webhook, WebhookDelivery
from conf.webhooks.editing import newest
from conf.webhooks.events import told
from conf.webhooks.log import forget_old

SETTLED = 60.0  # seconds after which no transaction that took an id is under way any more
BATCH = 1000


class Collector:
    """Looks at new events for all active webhooks. One per process; `clock` counts seconds."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._tidied = -math.inf
        self._seen: deque[tuple[float, int]] = deque()  # when which id was the newest

    def collect(self, now: datetime) -> int:
        """Make a delivery for each new event that a webhook wants; how many there are new."""
        with operator(self._engine, read_only=True) as reading:
            last = newest(reading)
            hooks = reading.execute(
                select(Webhook, Subscriber.slug)
                .join(Subscriber, Subscriber.id == Webhook.subscriber_id)
                .where(Webhook.active, Webhook.looked_at < last)
            ).all()
            found = [(hook.id, hook.looked_at, *self._rows(reading, hook, slug, last, now)) for hook, slug in hooks]
        settled = self._settled(last)
        return sum(
            self._write(hook, rows, min(settled, end) if settled > known else 0) for hook, known, rows, end in found
        )

    def _rows(
        self, session: Session, hook: Webhook, slug: str, last: int, now: datetime
    ) -> tuple[list[dict[str, Any]], int]:
        """The deliveries that are missing, and up to which event this goes."""
        there = select(WebhookDelivery.id).where(
            WebhookDelivery.webhook_id == hook.id,
            WebhookDelivery.call == CallEvent.call,
            WebhookDelivery.sequence == CallEvent.sequence,
        )
        wanted = select(CallEvent).where(
            CallEvent.subscriber_id == hook.subscriber_id, CallEvent.id > hook.looked_at, ~there.exists()
        )
        if hook.events:
            wanted = wanted.where(CallEvent.kind.in_(hook.events))
        events: Sequence[CallEvent] = session.scalars(wanted.order_by(CallEvent.id).limit(BATCH)).all()
        rows = [
            {
                "subscriber_id": hook.subscriber_id,
                "webhook_id": hook.id,
                "call": event.call,
                "sequence": event.sequence,
                "event": event.kind,
                "body": told(event, slug),
                "state": "waiting",
                "attempts": 0,
                "worker": "",
                "error": "",
                "due_at": now,
                "created_at": now,
            }
            for event in events
        ]
        return rows, events[-1].id if len(events) == BATCH else last

    def _settled(self, last: int) -> int:
        """The newest id that was there a minute ago already; 0 while this process has not lived for a minute."""
        at = self._clock()
        self._seen.append((at, last))
        while len(self._seen) > 1 and self._seen[1][0] <= at - SETTLED:
            self._seen.popleft()
        return self._seen[0][1] if self._seen[0][0] <= at - SETTLED else 0

    @property
    def is_settled(self) -> bool:
        """Whether this process has collected for a minute: what was missed while none lived has its delivery."""
        return bool(self._seen) and self._seen[0][0] <= self._clock() - SETTLED

    def forget_old(self, now: datetime, every: float) -> None:
        """Forget old deliveries, at most every so many seconds: those of events that were looked at for good."""
        if self.is_settled and self._clock() - self._tidied >= every:
            self._tidied = self._clock()
            forget_old(self._engine, now)

    def _write(self, hook_id: int, rows: list[dict[str, Any]], looked_at: int) -> int:
        if not rows and not looked_at:
            return 0
        insert = {"postgresql": postgresql, "sqlite": sqlite}[self._engine.dialect.name].insert
        made = 0
        try:
            with operator(self._engine) as session:
                for row in rows:  # another process may have taken it meanwhile
                    wanted = insert(WebhookDelivery).values(**row).on_conflict_do_nothing()
                    made += len(session.scalars(wanted.returning(WebhookDelivery.id)).all())
                further = update(Webhook).where(Webhook.id == hook_id, Webhook.looked_at < looked_at)
                session.execute(further.values(looked_at=looked_at), execution_options={"synchronize_session": False})
        except IntegrityError:  # it was removed meanwhile
            return 0
        return made

"""Sending what waits: in the order of each call, signed, again and again for most of a day."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Engine, and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from conf.accounts import sealing
from conf.database import operator
from conf.models import Webhook, WebhookDelivery
from conf.outgoing import OutgoingError, Reply, fetch
from conf.problems import N_, Translate
from conf.webhooks.signature import signature

TIMEOUT = 10.0  # seconds for the whole exchange
LEASE = 60.0  # seconds until a delivery whose process died is taken up by another
DELAYS = (10, 30, 120, 600, 3600, 21600, 21600, 21600)  # seconds between two tries
AT_ONCE = 8
PER_WEBHOOK = 4  # of those
LONGEST_ANSWER = 100_000  # bytes; nothing in it is used

Fetch = Callable[..., Reply]


@dataclass(frozen=True)
class Claimed:
    """A delivery that a worker holds, with what it needs to send it."""

    id: int
    attempts: int
    event: str
    body: dict[str, Any]
    url: str
    sealed: bytes = field(repr=False)


def reason(error: str, translate: Translate = str) -> str:
    """Why a try failed, in words; "" when it did not."""
    if not error:
        return ""
    message, fields = json.loads(error)
    return translate(message).format(**fields)


@dataclass(frozen=True)
class Outcome:
    """What became of a try. `error` is "" when it was delivered; `reason` reads it."""

    status: int | None = None
    error: str = ""


def deliver(
    engine: Engine,
    worker: str,
    secret: str,
    now: Callable[[], datetime],
    *,
    allow: Iterable[str] = (),
    send: Fetch = fetch,
    most: int = 200,
) -> int:
    """Send what is due, at most so much; how many were tried. `worker` names this process and nobody else.

    `secret` is settings.web_secret, `allow` are the private networks that the operator opens.
    """
    if not _is_due(engine, now()):  # a look takes no lock
        return 0
    tried = 0
    running: dict[Future[Outcome], Claimed] = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            with operator(engine) as session:
                claimed = claim(session, worker, now(), min(AT_ONCE - len(running), most - tried))
            tried += len(claimed)
            running |= {pool.submit(_try, one, secret, tuple(allow), send, now()): one for one in claimed}
            if not running:
                return tried
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            with operator(engine) as session:
                for future in done:
                    settle(session, running.pop(future), worker, future.result(), now())


def _is_due(engine: Engine, now: datetime) -> bool:
    with operator(engine, read_only=True) as session:
        return session.scalars(select(WebhookDelivery.id).where(_due(now)).limit(1)).first() is not None


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(WebhookDelivery.state == "waiting", WebhookDelivery.due_at <= now),
        and_(WebhookDelivery.state == "sending", WebhookDelivery.lease_until <= now),
    )


def claim(session: Session, worker: str, now: datetime, most: int) -> list[Claimed]:
    """Take deliveries that are due: of each call only the first that is neither delivered nor given up.

    A receiver that does not answer takes a few places, not all.
    """
    if most <= 0:
        return []
    places = Counter(
        session.scalars(
            select(WebhookDelivery.webhook_id).where(
                WebhookDelivery.state == "sending", WebhookDelivery.lease_until > now
            )
        )
    )
    full = [hook_id for hook_id, count in places.items() if count >= PER_WEBHOOK]
    earlier = aliased(WebhookDelivery)
    first = ~(
        select(earlier.id)
        .where(
            earlier.webhook_id == WebhookDelivery.webhook_id,
            earlier.call == WebhookDelivery.call,
            earlier.sequence < WebhookDelivery.sequence,
            earlier.state.in_(("waiting", "sending")),
        )
        .exists()
    )
    wanted = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(_due(now), first, Webhook.active, Webhook.id.not_in(full))
        .order_by(WebhookDelivery.due_at, WebhookDelivery.id)
        .limit(most * 4)
        .with_for_update(skip_locked=True, of=WebhookDelivery)
    )
    found: list[Claimed] = []
    for row, hook in session.execute(wanted):
        if len(found) == most or places[hook.id] >= PER_WEBHOOK:
            continue
        places[hook.id] += 1
        row.state, row.worker, row.lease_until = "sending", worker, now + timedelta(seconds=LEASE)
        row.attempts += 1
        found.append(Claimed(row.id, row.attempts, row.event, row.body, hook.url, hook.secret))
    session.flush()
    return found


def settle(session: Session, one: Claimed, worker: str, outcome: Outcome, now: datetime) -> bool:
    """Write down what became of a try; False when another process has taken the delivery since."""
    values: dict[str, Any] = {"status": outcome.status, "error": outcome.error, "lease_until": None}
    if not outcome.error:
        values |= {"state": "delivered", "delivered_at": now}
    elif one.attempts > len(DELAYS):
        values["state"] = "failed"
    else:
        values |= {"state": "waiting", "due_at": now + timedelta(seconds=DELAYS[one.attempts - 1])}
    mine = (
        WebhookDelivery.id == one.id,
        WebhookDelivery.state == "sending",
        WebhookDelivery.worker == worker,
        WebhookDelivery.attempts == one.attempts,
    )
    change = update(WebhookDelivery).where(*mine).values(**values).execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", session.execute(change)).rowcount == 1


def _try(one: Claimed, secret: str, allow: tuple[str, ...], send: Fetch, now: datetime) -> Outcome:
    try:
        own = sealing.unseal(one.sealed, secret)
    except sealing.Unsealable:
        return Outcome(error=_kept(N_("The webhook's secret cannot be read any more: make a new webhook."), {}))
    body = json.dumps({"id": f"delivery-{one.id}", **one.body}, separators=(",", ":"), ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "Souffleur-Event": one.event,
        "Souffleur-Delivery": f"delivery-{one.id}",
        "Souffleur-Signature": signature(own, int(now.timestamp()), body),
    }
    try:
        reply = send(
            "POST",
            one.url,
            headers=headers,
            body=body,
            timeout=TIMEOUT,
            max_bytes=LONGEST_ANSWER,
            allow=allow,
            redirects=0,
        )
    except OutgoingError as error:
        return Outcome(error=_kept(error.message, error.fields))
    return Outcome(
        reply.status, "" if reply.ok else _kept(N_("The server answered {status}."), {"status": reply.status})
    )


def _kept(message: str, fields: dict[str, Any]) -> str:
    """Why it failed, to be told in any language later."""
    return json.dumps([message, {name: str(value) for name, value in fields.items()}])

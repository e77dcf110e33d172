"""Webhooks over the API: addresses that are told what happens in calls, and the log of what they were told."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from apiflask import APIBlueprint
from flask import Flask, current_app
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from admin_ui import worker
from admin_ui.api.parts import (
    Answer,
    Body,
    Paging,
    answer,
    asks,
    cut,
    keyset,
    listed,
    listing,
    matched,
    scope,
    takes,
)
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.person import me, subscriber_id
from conf import webhooks
from conf.database import operator
from conf.editing.documents import Stale, etag
from conf.models import Webhook, WebhookDelivery
from conf.settings import Settings

blueprint = APIBlueprint("api_webhooks", __name__, url_prefix="/api/v1", tag="Webhooks")
EVERY = 1.0  # seconds
TIDY = 3600.0  # seconds
LANE = "webhooks"
STATES = ("waiting", "sending", "delivered", "failed")
WORKER = f"{socket.gethostname()[:40]}-{os.getpid()}"


class WebhookIn(Body):
    """A webhook to make."""

    name: str = Field(max_length=64)
    url: str = Field(max_length=2000, description="http or https, on the public internet.")
    events: list[str] = Field([], max_length=50, description="Kinds of events, such as ended; none: all of them.")
    active: bool = True


class WebhookChange(Body):
    """A webhook to write over. What may be missing stays as it is."""

    name: str = Field(max_length=64)
    url: str = Field(max_length=2000, description="http or https, on the public internet.")
    events: list[str] | None = Field(
        None, max_length=50, description="Kinds of events; an empty list: all of them. Missing: those that it has."
    )
    active: bool | None = Field(None, description="Missing: as it is.")


class WebhookOut(BaseModel):
    """A webhook, without its secret."""

    id: int
    name: str
    url: str
    events: list[str]
    active: bool
    created_at: datetime


class NewWebhook(WebhookOut):
    """A webhook that was just made."""

    secret: str = Field(description="Signs what is sent: it is told only now.")


class Delivery(BaseModel):
    """One event for one webhook, and what became of it."""

    id: int
    event: str
    call: str
    sequence: int
    state: Literal["waiting", "sending", "delivered", "failed"]
    attempts: int
    due_at: datetime = Field(description="When it is tried next, while it waits.")
    status: int | None = Field(description="What the server answered to the last try.")
    error: str = Field(description='Why the last try failed, in your language; "" when it did not.')
    created_at: datetime
    delivered_at: datetime | None
    body: dict[str, Any] = Field(description="What is sent, but for its id.")


class DeliveriesWanted(Paging):
    """Which deliveries."""

    state: Literal["", "waiting", "sending", "delivered", "failed"] = ""


class ReplayedDeliveries(BaseModel):
    """How many deliveries are sent again."""

    replayed: int


GIVEN: dict[str, Any] = {
    "name": "CRM",
    "url": "https://crm.example/souffleur",
    "events": ["offered", "connected", "ended"],
    "active": True,
}
SHOWN: dict[str, Any] = {"id": 3, **GIVEN, "created_at": "2026-11-23T09:00:00Z"}
SENT: dict[str, Any] = {
    "id": 4711,
    "event": "ended",
    "call": "35594fa8-006d-422b-ad37-fa65c5a76d47",
    "sequence": 9,
    "state": "delivered",
    "attempts": 1,
    "due_at": "2026-11-23T12:10:12Z",
    "status": 200,
    "error": "",
    "created_at": "2026-11-23T12:10:12Z",
    "delivered_at": "2026-11-23T12:10:13Z",
    "body": {"event": "ended", "call": "35594fa8-006d-422b-ad37-fa65c5a76d47", "sequence": 9, "data": {}},
}


def init_app(app: Flask) -> None:
    """Collect and send by the clock."""
    worker.register(app, "sending webhooks", partial(work, app, []), EVERY, LANE)


def work(app: Flask, kept: list[webhooks.Collector]) -> None:
    """One round of collecting and sending; `kept` holds the collector from one round to the next."""
    if not kept:
        kept.append(webhooks.Collector(db.engine))
    settings: Settings = app.config["SETTINGS"]
    kept[0].collect(_now())
    webhooks.deliver(db.engine, WORKER, settings.web_secret, _now, allow=settings.outgoing_allow)
    kept[0].forget_old(_now(), TIDY)


@blueprint.get("/webhooks")
@scope("webhooks:read")
@asks(Paging)
@blueprint.output(listing(WebhookOut), example={"items": [SHOWN], "next": None})
def all_of_them(query: Paging) -> Answer:
    """List the webhooks."""
    subscriber_id()
    return listed(cut(webhooks.listed(db.session()), lambda hook: hook.name, query), shown)


@blueprint.post("/webhooks")
@scope("webhooks:write")
@takes(WebhookIn, example=GIVEN)
@blueprint.output(NewWebhook, status_code=201, example={**SHOWN, "secret": "whsec_..."})
def create(body: WebhookIn) -> Answer:
    """Make a webhook.

    Its secret is told only in this answer. Events from now on are sent."""
    hook, secret = new(given(body))
    db.session.commit()
    return answer({**shown(hook), "secret": secret}, 201, etag=tag(hook), location=f"/api/v1/webhooks/{hook.id}")


@blueprint.get("/webhooks/<int:webhook_id>")
@scope("webhooks:read")
@blueprint.output(WebhookOut, example=SHOWN)
def one(webhook_id: int) -> Answer:
    """Read a webhook."""
    hook = webhooks.read(db.session(), webhook_id)
    return answer(shown(hook), etag=tag(hook))


@blueprint.put("/webhooks/<int:webhook_id>")
@scope("webhooks:write")
@matched
@takes(WebhookChange, example=GIVEN)
@blueprint.output(WebhookOut, example=SHOWN)
def change(webhook_id: int, expected: str | None, body: WebhookChange) -> Answer:
    """Write over a webhook.

    `events` and `active` stay as they are when they are missing; so does the secret. One that is switched on again is
    not told what happened meanwhile."""
    hook = webhooks.read(db.session(), webhook_id)
    if expected is not None and expected != tag(hook):
        raise Stale(_document(hook))
    events = hook.events if body.events is None else body.events
    active = hook.active if body.active is None else body.active
    write(hook, webhooks.Given(body.name, body.url, tuple(events), active))
    db.session.commit()
    return answer(shown(hook), etag=tag(hook))


@blueprint.delete("/webhooks/<int:webhook_id>")
@scope("webhooks:write")
@blueprint.output({}, status_code=204)
def remove(webhook_id: int) -> Answer:
    """Remove a webhook.

    Its log goes too; what waits is not sent any more. It cannot be undone."""
    drop(webhooks.read(db.session(), webhook_id))
    db.session.commit()
    return "", 204, {}


@blueprint.post("/webhooks/<int:webhook_id>/test")
@scope("webhooks:write")
@blueprint.output(Delivery, status_code=202, example={**SENT, "event": "test", "state": "waiting"})
def test(webhook_id: int) -> Answer:
    """Send a test.

    It is sent within a second; read the delivery to see what became of it."""
    made = try_out(webhooks.read(db.session(), webhook_id))
    db.session.commit()
    return answer(told(made), 202, location=f"/api/v1/webhooks/{webhook_id}/deliveries/{made.id}")


@blueprint.get("/webhooks/<int:webhook_id>/deliveries")
@scope("webhooks:read")
@asks(DeliveriesWanted)
@blueprint.output(listing(Delivery), example={"items": [SENT], "next": None})
def deliveries(webhook_id: int, query: DeliveriesWanted) -> Answer:
    """Read the log of deliveries.

    The newest first; of the last 30 days, and whatever waits."""
    webhooks.read(db.session(), webhook_id)
    wanted = webhooks.deliveries(webhook_id, query.state)
    return listed(keyset(db.session(), wanted, [(WebhookDelivery.id, True)], query), told)


@blueprint.get("/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>")
@scope("webhooks:read")
@blueprint.output(Delivery, example=SENT)
def delivery(webhook_id: int, delivery_id: int) -> Answer:
    """Read a delivery."""
    return answer(told(webhooks.delivery(db.session(), webhook_id, delivery_id)))


@blueprint.post("/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/replay")
@scope("webhooks:write")
@blueprint.output(Delivery, status_code=202, example={**SENT, "state": "waiting", "attempts": 0})
def replay(webhook_id: int, delivery_id: int) -> Answer:
    """Send a delivery again."""
    found = again(webhook_id, delivery_id)
    db.session.commit()
    return answer(told(found), 202)


@blueprint.post("/webhooks/<int:webhook_id>/replay")
@scope("webhooks:write")
@blueprint.output(ReplayedDeliveries, status_code=202, example={"replayed": 12})
def replay_failed(webhook_id: int) -> Answer:
    """Send everything again that failed.

    In the order of each call."""
    count = all_again(webhooks.read(db.session(), webhook_id))
    db.session.commit()
    return answer({"replayed": count}, 202)


# --- what the page does too; the caller commits ----------------------------------------------------------------------


def new(wanted: webhooks.Given) -> tuple[Webhook, str]:
    """Make a webhook, and its secret."""
    subscriber_id()
    settings = _settings()
    hook, secret = webhooks.create(
        db.session(), wanted, looked_at=_newest(), secret=settings.web_secret, allow=settings.outgoing_allow
    )
    noted("created", "webhook", hook.name, [("url", None, hook.url), ("events", None, hook.events)])
    return hook, secret


def write(hook: Webhook, wanted: webhooks.Given) -> None:
    """Write over a webhook."""
    before = _document(hook)
    webhooks.change(db.session(), hook, wanted, looked_at=_newest(), allow=_settings().outgoing_allow)
    after = _document(hook)
    changes = [(field, before[field], after[field]) for field in after if before[field] != after[field]]
    if changes:
        noted("changed", "webhook", hook.name, changes)


def drop(hook: Webhook) -> None:
    """Remove a webhook."""
    noted("removed", "webhook", hook.name)
    webhooks.remove(db.session(), hook)


def try_out(hook: Webhook) -> WebhookDelivery:
    """Send a test."""
    return webhooks.send_test(db.session(), hook, me().slug, _now())


def again(webhook_id: int, delivery_id: int) -> WebhookDelivery:
    """Send a delivery again."""
    found = webhooks.replay(db.session(), webhook_id, delivery_id, _now())
    noted("replayed", "webhook", webhooks.read(db.session(), webhook_id).name, [("delivery", None, delivery_id)])
    return found


def all_again(hook: Webhook) -> int:
    """Send everything again that failed; how many there are."""
    count = webhooks.replay_failed(db.session(), hook.id, _now())
    if count:
        noted("replayed", "webhook", hook.name, [("deliveries", None, count)])
    return count


def given(body: WebhookIn) -> webhooks.Given:
    """A body as `conf.webhooks` takes it."""
    return webhooks.Given(body.name, body.url, tuple(body.events), body.active)


def tag(hook: Webhook) -> str:
    """The ETag of a webhook."""
    return etag(_document(hook))


def shown(hook: Webhook) -> dict[str, Any]:
    """A webhook as the API tells it."""
    return {"id": hook.id, **_document(hook), "created_at": hook.created_at}


def told(row: WebhookDelivery) -> dict[str, Any]:
    """A delivery as the API tells it."""
    return {name: getattr(row, name) for name in Delivery.model_fields} | {"error": webhooks.reason(row.error, _)}


def _document(hook: Webhook) -> dict[str, Any]:
    return {"name": hook.name, "url": hook.url, "events": hook.events, "active": hook.active}


def _newest() -> int:
    with operator(db.engine, read_only=True) as reading:
        return webhooks.newest(reading)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _now() -> datetime:
    return datetime.now(UTC)

"""A webhook: an address of the subscriber that is told what happens to calls, and each telling."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Key, Line, Moment


class Webhook(OfSubscriber, Base):
    """`events` are the kinds of call events that are told; none: all. `secret` is sealed; it signs what is sent.

    `looked_at` is the newest call event that was looked at for it.
    """

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Line(64))
    url: Mapped[str] = mapped_column(String(2000))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    events: Mapped[list[str]] = mapped_column(JSON, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    looked_at: Mapped[int] = mapped_column(Key, default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))


class WebhookDelivery(OfSubscriber, Base):
    """One event for one webhook. `state` is waiting, sending, delivered or failed; a call's are sent in order."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "call", "sequence"),
        ForeignKeyConstraint(
            ["subscriber_id", "webhook_id"], ["webhook.subscriber_id", "webhook.id"], ondelete="CASCADE"
        ),
        Index("ix_webhook_delivery_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(Key)
    call: Mapped[str] = mapped_column(Line(64))
    sequence: Mapped[int]
    event: Mapped[str] = mapped_column(Line(32))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Moment)
    worker: Mapped[str] = mapped_column(Line(64), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    status: Mapped[int | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    delivered_at: Mapped[datetime | None] = mapped_column(Moment)

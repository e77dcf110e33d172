"""A job in the queue: work that some process will do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, MaybeOfSubscriber
from conf.models.types import Key, Moment


class Job(MaybeOfSubscriber, Base):
    """`state` is waiting, running, done or failed. A running job whose lease has passed is taken up again.

    `key`, where given, keeps the same work from being queued twice.
    """

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "queue", "state", "due_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    queue: Mapped[str] = mapped_column(String(32))
    key: Mapped[str | None] = mapped_column(String(128), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    due_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(64), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))

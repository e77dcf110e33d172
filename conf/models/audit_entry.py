"""The audit log: who did what, when, from where."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, MaybeOfSubscriber
from conf.models.types import Key, Line, Moment


class AuditEntry(MaybeOfSubscriber, Base):
    """Never changed, never with a secret or any content. `changes` lists `[field, before, after]`.

    `actor` is a login, or `token NAME`; `action` a word (created, changed, removed, published, logged_in ...), `kind`
    and `name` say of what.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subscriber_at", "subscriber_id", "at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    actor: Mapped[str] = mapped_column(Line(254))
    address: Mapped[str] = mapped_column(Line(64), default="")
    action: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32), default="")
    name: Mapped[str] = mapped_column(Line(254), default="")
    changes: Mapped[list[Any]] = mapped_column(JSON, default=list)

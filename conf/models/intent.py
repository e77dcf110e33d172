"""An effect outside the call (http, mail, originate), stored before it is tried."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Key, Line, Moment


class Intent(OfSubscriber, Base):
    """`state` is stored, done or unknown; `digest` tells whether it is still the same request. No secret is kept."""

    __tablename__ = "intent"
    __table_args__ = (UniqueConstraint("call", "command"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    call: Mapped[str] = mapped_column(Line(64))
    command: Mapped[str] = mapped_column(Line(64))
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="stored")
    digest: Mapped[str] = mapped_column(String(64), default="")
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))

"""What an agent notes of a call when it is over."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Float, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Content, Key, Line, Moment, Sealed


class WrapUp(OfSubscriber, Base):
    """A call that an agent talked in, from the moment it is at their desk, and what they noted of it.

    `agent` is a login in small letters. `notes` is JSON in a sealed column: see `conf.wrap_up`; None while nothing was
    written. `outcome` is one of `conf.wrap_up.OUTCOMES`, or "". `adherence` is the checklists', 0 to 1. `saved_at` is
    None while it is a draft.
    """

    __tablename__ = "wrap_up"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "call", "agent"),
        Index("ix_wrap_up_subscriber_agent", "subscriber_id", "agent", "began_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    call: Mapped[str] = mapped_column(Line(64))
    agent: Mapped[str] = mapped_column(Line(254))
    direction: Mapped[str] = mapped_column(Line(16), default="")
    caller: Mapped[str] = mapped_column(Line(), default="")
    caller_name: Mapped[str] = mapped_column(Line(), default="")
    called: Mapped[str] = mapped_column(Line(), default="")
    queue: Mapped[str] = mapped_column(Line(64), default="")
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(Line(32), default="")
    adherence: Mapped[float | None] = mapped_column(Float)
    notes: Mapped[Content | None] = mapped_column(Sealed)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    saved_at: Mapped[datetime | None] = mapped_column(Moment)

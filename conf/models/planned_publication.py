"""A publication of a flow that will happen at a moment."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Document, OfSubscriber
from conf.models.types import Key, Line, Moment, Written


class PlannedPublication(OfSubscriber, Base):
    """`doc` is what will be published, as it was when it was planned. `state`: waiting, done, failed or cancelled."""

    __tablename__ = "planned_publication"
    __table_args__ = (
        ForeignKeyConstraint(["subscriber_id", "flow_id"], ["flow.subscriber_id", "flow.id"], ondelete="CASCADE"),
        Index("ix_planned_publication_due", "state", "at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    flow_id: Mapped[int] = mapped_column(Key)
    at: Mapped[datetime] = mapped_column(Moment)
    doc: Mapped[Document] = mapped_column(Written)
    comment: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(Line(254), default="")
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    version: Mapped[int | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))

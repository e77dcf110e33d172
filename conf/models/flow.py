"""A call flow and its published versions."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conf.models.base import Base, Configuration, Document, OfSubscriber
from conf.models.types import Key, Line, Moment, Written


class Flow(Configuration, Base):
    """`published` is the version that new calls walk; None when the flow was withdrawn.

    A withdrawn flow stays with its versions: a call in progress, and the record of a past one, still name them.
    What an editor works on is a FlowDraft: saving it changes nothing for callers, and so is no change of configuration.
    """

    __tablename__ = "flow"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    published: Mapped[int | None]
    versions: Mapped[list[FlowVersion]] = relationship(
        order_by="FlowVersion.version", cascade="save-update, merge", passive_deletes="all"
    )


class FlowDraft(OfSubscriber, Base):
    """What an editor works on. `revision` counts its savings, so that two editors see each other."""

    __tablename__ = "flow_draft"
    __table_args__ = (
        UniqueConstraint("flow_id"),
        ForeignKeyConstraint(["subscriber_id", "flow_id"], ["flow.subscriber_id", "flow.id"], ondelete="CASCADE"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    flow_id: Mapped[int] = mapped_column(Key)
    doc: Mapped[Document] = mapped_column(Written)
    revision: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    saved_by: Mapped[str] = mapped_column(Line(254), default="")


class FlowVersion(Configuration, Base):
    """One published version. It never changes: sessions refuse to update or delete it.

    `pins` names the version of each flow that this one enters, as it was when this one was published.
    """

    __tablename__ = "flow_version"
    __table_args__ = (
        UniqueConstraint("flow_id", "version"),
        ForeignKeyConstraint(["subscriber_id", "flow_id"], ["flow.subscriber_id", "flow.id"], ondelete="CASCADE"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    flow_id: Mapped[int] = mapped_column(Key)
    version: Mapped[int]
    doc: Mapped[Document] = mapped_column(Written)
    pins: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    comment: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))

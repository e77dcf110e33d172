"""Mails that were handed in to be faxed: each once for each number."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Key, Line, Moment


class FaxMail(OfSubscriber, Base):
    """A mail to one number. `digest` is of sender, Message-ID and number: the same again becomes no second fax.

    `state` is queued: it became the faxes of its batch. `until`, `stored` and the state waiting are kept for mails that
    somebody is to confirm first.
    """

    __tablename__ = "fax_mail"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "digest"),
        ForeignKeyConstraint(
            ["subscriber_id", "batch_id"], ["fax_batch.subscriber_id", "fax_batch.id"], ondelete="CASCADE"
        ),
        Index("ix_fax_mail_sender", "subscriber_id", "sender", "created_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(Line(500))
    sender: Mapped[str] = mapped_column(Line(254))
    recipient: Mapped[str] = mapped_column(Line(320))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    until: Mapped[datetime | None] = mapped_column(Moment)
    batch_id: Mapped[int | None] = mapped_column(Key, index=True)
    stored: Mapped[str] = mapped_column(String(64), default="")

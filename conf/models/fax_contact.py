"""An address book for faxes: a user's own entries, and those that all of a subscriber share."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Key, Line, Moment


class FaxContact(OfSubscriber, Base):
    """Somebody with a fax number (E.164). `owner` is the login whose entry it is; "" is shared by all."""

    __tablename__ = "fax_contact"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "owner", "number"),
        Index("ix_fax_contact_name", "subscriber_id", "name"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    owner: Mapped[str] = mapped_column(Line(254), default="")
    name: Mapped[str] = mapped_column(Line(200), default="")
    company: Mapped[str] = mapped_column(Line(200), default="")
    number: Mapped[str] = mapped_column(Line(32))
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))

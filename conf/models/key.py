"""The keys that seal a subscriber's content, and who else was granted them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Key, Moment


class SubscriberKey(OfSubscriber, Base):
    """`public` seals; `wrapped` is the secret half, wrapped by the subscriber's passphrase (`derivation` says how)."""

    __tablename__ = "subscriber_key"
    __table_args__ = (UniqueConstraint("subscriber_id", "generation"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    generation: Mapped[int] = mapped_column(default=1)
    public: Mapped[bytes] = mapped_column(LargeBinary)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    derivation: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    retired_at: Mapped[datetime | None] = mapped_column(Moment)


class KeyGrant(OfSubscriber, Base):
    """The subscriber lets the server open one kind of content (`purpose`: phone, mail, robots) until it is revoked."""

    __tablename__ = "key_grant"
    __table_args__ = (
        ForeignKeyConstraint(
            ["subscriber_id", "key_id"], ["subscriber_key.subscriber_id", "subscriber_key.id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key_id: Mapped[int] = mapped_column(Key)
    purpose: Mapped[str] = mapped_column(String(16))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    granted_by: Mapped[str] = mapped_column(String(254), default="")
    granted_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

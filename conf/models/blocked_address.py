"""An address that is not listened to for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base
from conf.models.types import Key, Line, Moment


class BlockedAddress(Base):
    """What one controller decided and all enforce; a row that has ended is kept for a day, or was freed.

    `address` is an IPv4 address or an IPv6 /64 network. `strikes` counts its blocks of late: each is longer than the
    one before. `changed_at` is when the row was last written, by the clock of the controller that wrote it.
    """

    __tablename__ = "blocked_address"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    address: Mapped[str] = mapped_column(String(43), unique=True)
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(16))  # failures, scanner, unanswered
    strikes: Mapped[int] = mapped_column(default=1)
    evidence: Mapped[str] = mapped_column(Line(200), default="")  # as strangers wrote it
    controller: Mapped[str] = mapped_column(Line(64), default="")
    changed_at: Mapped[datetime] = mapped_column(Moment, index=True)

"""The journal of a call: what happened, in order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, MaybeOfSubscriber
from conf.models.types import Key, Line, Moment


class CallEvent(MaybeOfSubscriber, Base):
    """`sequence` counts within the call; writing the same event twice is refused by the key. Never any content."""

    __tablename__ = "call_event"
    __table_args__ = (UniqueConstraint("call", "sequence"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    call: Mapped[str] = mapped_column(Line(64))
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(Line(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

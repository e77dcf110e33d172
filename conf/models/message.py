"""A message that a caller left: its row. The sound is in the vault (kind `message`), its words are sealed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Float, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Content, Key, Line, Moment, Sealed


class Message(OfSubscriber, Base):
    """What one caller left in one node of one flow. `name` is its name in the vault, made of the call and the command.

    `ended`: key, silence, length or hung_up. `state` of the transcript: waiting, done, or why there is none: empty (no
    word was understood), no_model, failed. `transcript` is JSON {text, words}: masked, see `conf.messages.keeping`.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "name"),
        Index("ix_message_subscriber_call", "subscriber_id", "call"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    call: Mapped[str] = mapped_column(Line(64))
    flow: Mapped[str] = mapped_column(Line(64))
    node: Mapped[str] = mapped_column(Line(64))
    caller: Mapped[str] = mapped_column(Line(255), default="")
    language: Mapped[str] = mapped_column(Line(8), default="")
    at: Mapped[datetime] = mapped_column(Moment)
    seconds: Mapped[float] = mapped_column(Float)
    ended: Mapped[str] = mapped_column(String(16))
    size: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    transcript: Mapped[Content | None] = mapped_column(Sealed)
    rewritten: Mapped[bool] = mapped_column(default=False)  # by the second pass
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))

"""What was said in a call, side by side, and the hint cards that were shown meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Float, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Content, Key, Line, Moment, Sealed


class Transcript(OfSubscriber, Base):
    """A part of one side of a call: what is sealed cannot be added to, so a call's transcript is written in parts.

    `side` is customer or agent; the side `call` holds what happened besides speech. `sequence` counts the parts of a
    side. `began` and `ended` are seconds since the call's `started_at`. `body` is JSON: see
    `conf.prompter.transcripts`. It is forgotten after `until`.
    """

    __tablename__ = "transcript"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "call", "side", "sequence"),
        Index("ix_transcript_subscriber_started", "subscriber_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    call: Mapped[str] = mapped_column(Line(64))
    side: Mapped[str] = mapped_column(String(16))
    sequence: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(Moment)
    began: Mapped[float] = mapped_column(Float)
    ended: Mapped[float] = mapped_column(Float)
    language: Mapped[str] = mapped_column(Line(8), default="")
    body: Mapped[Content] = mapped_column(Sealed)
    until: Mapped[datetime] = mapped_column(Moment, index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))


class ShownHint(OfSubscriber, Base):
    """A card that was shown: of which rule (and which state of it), when, why, and what the agent made of it.

    `card` is its number within the call, `offset` seconds since the call began. `why` is sealed: it quotes what was
    said. `mark` is "", used, wrong or dismissed. `misheard` tells that the final text did not hold the words.
    """

    __tablename__ = "shown_hint"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "call", "card"),
        Index("ix_shown_hint_rule", "subscriber_id", "rule", "at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    call: Mapped[str] = mapped_column(Line(64))
    card: Mapped[int]
    rule: Mapped[str] = mapped_column(Line(64))
    etag: Mapped[str] = mapped_column(Line(32), default="")
    audience: Mapped[str] = mapped_column(String(16))
    agent: Mapped[str] = mapped_column(Line(254), default="")
    at: Mapped[datetime] = mapped_column(Moment)
    offset: Mapped[float] = mapped_column(Float)
    why: Mapped[Content] = mapped_column(Sealed)
    mark: Mapped[str] = mapped_column(String(16), default="")
    pinned: Mapped[bool] = mapped_column(default=False)
    misheard: Mapped[bool] = mapped_column(default=False)
    marked_at: Mapped[datetime | None] = mapped_column(Moment)
    marked_by: Mapped[str] = mapped_column(Line(254), default="")
    until: Mapped[datetime] = mapped_column(Moment, index=True)

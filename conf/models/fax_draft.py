"""Faxes that are being written: what was typed, the files that were put in so far, and the pages as they would go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Content, Key, Line, Moment, Sealed


class FaxDraft(OfSubscriber, Base):
    """A fax that somebody writes; `key` becomes the client's key of what is sent. `typed` is JSON.

    `wanted` is a digest of what its pages are made of ("" when there is nothing to make pages of), `made` the one that
    `tiff` and what follows it were made of: where they differ the process of faxes has something to do. `sizes` are
    bytes of each page, `warnings` are [file, message, fields], `problem` is such a one, why there are no pages.
    """

    __tablename__ = "fax_draft"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "key"),
        UniqueConstraint("subscriber_id", "id"),
        Index("ix_fax_draft_changed", "changed_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(Line(254), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    changed_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    typed: Mapped[Content | None] = mapped_column(Sealed)
    wanted: Mapped[str] = mapped_column(String(64), default="")
    made: Mapped[str] = mapped_column(String(64), default="")
    worker: Mapped[str] = mapped_column(String(64), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    tiff: Mapped[str] = mapped_column(String(64), default="")
    covers: Mapped[int] = mapped_column(default=0)
    sizes: Mapped[list[int]] = mapped_column(JSON, default=list)
    warnings: Mapped[list[Any]] = mapped_column(JSON, default=list)
    problem: Mapped[list[Any] | None] = mapped_column(JSON)


class FaxDraftFile(OfSubscriber, Base):
    """A file of a draft; `stored` is its name in the vault, which goes over to the fax when it is sent."""

    __tablename__ = "fax_draft_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["subscriber_id", "draft_id"], ["fax_draft.subscriber_id", "fax_draft.id"], ondelete="CASCADE"
        ),
        Index("ix_fax_draft_file_draft", "draft_id", "position"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    draft_id: Mapped[int] = mapped_column(Key)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(Line(255))
    size: Mapped[int] = mapped_column(default=0)  # bytes
    digest: Mapped[str] = mapped_column(String(64), default="")  # SHA-256
    stored: Mapped[str] = mapped_column(String(64), default="")

"""Faxes: what was put in, to whom it goes or from whom it came, each call for it, and what worked for a number.

Content (documents, TIFF, PDF, thumbnails) lies in the vault under the kind `fax`; columns hold the names there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Document, OfSubscriber
from conf.models.types import Content, Key, Line, Moment, Sealed, Written

# One call at a time to a number, whoever sends and from whatever process.
SENDING = text("state = 'sending'")


class FaxBatch(OfSubscriber, Base):
    """What somebody put in at once: documents and a cover, to one number or to many. Each number is a `Fax`.

    `client_key` names it for whoever asks twice; `fingerprint` is a digest of what was asked. `cover` is JSON.
    """

    __tablename__ = "fax_batch"
    __table_args__ = (UniqueConstraint("subscriber_id", "client_key"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Line(200), default="")  # of a distribution list
    client_key: Mapped[str | None] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    source: Mapped[str] = mapped_column(String(16), default="page")  # page, api, mail
    created_by: Mapped[str] = mapped_column(Line(254), default="")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    resolution: Mapped[str] = mapped_column(String(16), default="fine")  # standard, fine, superfine
    options: Mapped[Document] = mapped_column(Written, default=dict)
    cover: Mapped[Content | None] = mapped_column(Sealed)
    mail_to: Mapped[list[str]] = mapped_column(JSON, default=list)  # who is told how it went


class FaxDocument(OfSubscriber, Base):
    """A file of a batch, as it was put in; `stored` is its name in the vault, "" once it is forgotten."""

    __tablename__ = "fax_document"
    __table_args__ = (
        UniqueConstraint("batch_id", "position"),
        ForeignKeyConstraint(
            ["subscriber_id", "batch_id"], ["fax_batch.subscriber_id", "fax_batch.id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    batch_id: Mapped[int] = mapped_column(Key)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(Line(255))
    size: Mapped[int] = mapped_column(default=0)  # bytes
    digest: Mapped[str] = mapped_column(String(64), default="")  # SHA-256
    stored: Mapped[str] = mapped_column(String(64), default="")


class Fax(OfSubscriber, Base):
    """One fax to a number, or one received.

    `direction` is out or in. `state` of one that goes out: queued, converting, waiting, sending, retrying, sent,
    failed, cancelled, uncertain; of one that came in: received, partial. `pages_confirmed` counts from the first page:
    those that the far end confirmed, or that we received. `due_at` is when it is looked at next. `worker` and
    `lease_until` say who converts it. `code`, `cause` and what follows them are of the newest call; `reason` is the
    code of `fax.results`, and `problem` why a document was not taken:
    [file, message, fields].
    """

    __tablename__ = "fax"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "id"),
        UniqueConstraint("subscriber_id", "received_as"),
        ForeignKeyConstraint(
            ["subscriber_id", "batch_id"], ["fax_batch.subscriber_id", "fax_batch.id"], ondelete="CASCADE"
        ),
        Index("ix_fax_due", "state", "due_at"),
        Index("ix_fax_subscriber_created", "subscriber_id", "direction", "created_at"),
        Index("uq_fax_sending", "to_number", unique=True, postgresql_where=SENDING, sqlite_where=SENDING),
        {"sqlite_autoincrement": True},  # an id is never given again: a controller knows calls by it
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    batch_id: Mapped[int | None] = mapped_column(Key, index=True)
    direction: Mapped[str] = mapped_column(String(4), default="out")
    state: Mapped[str] = mapped_column(String(16), default="queued")
    from_number: Mapped[str] = mapped_column(Line(32), default="")
    to_number: Mapped[str] = mapped_column(Line(32), default="")
    name: Mapped[str] = mapped_column(Line(200), default="")  # the recipient's, or the caller's
    resolution: Mapped[str] = mapped_column(String(16), default="fine")
    priority: Mapped[int] = mapped_column(default=0)  # the higher goes first
    pages: Mapped[int] = mapped_column(default=0)  # 0: not known yet
    pages_confirmed: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    created_by: Mapped[str] = mapped_column(Line(254), default="")
    due_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    first_call_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    changes: Mapped[int] = mapped_column(default=0)  # of its state
    rung: Mapped[str] = mapped_column(String(1), default="")  # of the next call; "" as remembered
    rendered_again: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str] = mapped_column(String(64), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    call: Mapped[str] = mapped_column(Line(64), default="", index=True)
    received_as: Mapped[str | None] = mapped_column(Line(128))  # CALL and command: one received is written once
    code: Mapped[int | None]
    cause: Mapped[str] = mapped_column(Line(64), default="")
    reason: Mapped[str] = mapped_column(String(32), default="")
    problem: Mapped[list[Any] | None] = mapped_column(JSON)
    remote_id: Mapped[str] = mapped_column(Line(64), default="")
    rate: Mapped[int | None]  # bits a second
    ecm: Mapped[bool | None]
    t38: Mapped[bool | None]
    bad_rows: Mapped[int | None]
    seconds: Mapped[float | None] = mapped_column(Float)
    tiff: Mapped[str] = mapped_column(String(64), default="")
    pdf: Mapped[str] = mapped_column(String(64), default="")
    thumbnail: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(default=0)  # bytes of the TIFF
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[datetime | None] = mapped_column(Moment)  # by somebody; `until` is then when it is destroyed
    warnings: Mapped[list[Any] | None] = mapped_column(JSON)  # of its pages: [message, fields, file], as they were made
    until: Mapped[datetime | None] = mapped_column(Moment, index=True)  # its content is forgotten after that


class FaxAttempt(OfSubscriber, Base):
    """One call for a fax, written before it is asked for; its key is `FAX-NUMBER`.

    `state` is intended, dialled (a controller has taken it and named the call) or over. The call sends the pages from
    `start_page` on (from 0), the first `covers` of which are a continuation cover; `pages_confirmed` are those that
    the far end confirmed in this call, its cover included. `answered` tells whether somebody picked up.
    """

    __tablename__ = "fax_attempt"
    __table_args__ = (
        UniqueConstraint("fax_id", "number"),
        ForeignKeyConstraint(["subscriber_id", "fax_id"], ["fax.subscriber_id", "fax.id"], ondelete="CASCADE"),
        Index("ix_fax_attempt_open", "state"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    fax_id: Mapped[int] = mapped_column(Key)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="intended")
    rung: Mapped[str] = mapped_column(String(1))
    trunk: Mapped[str] = mapped_column(Line(64), default="")
    start_page: Mapped[int] = mapped_column(default=0)
    covers: Mapped[int] = mapped_column(default=0)
    pages_total: Mapped[int] = mapped_column(default=0)  # that this call is to send
    call: Mapped[str] = mapped_column(Line(64), default="", index=True)
    channel: Mapped[str] = mapped_column(Line(64), default="")
    controller: Mapped[str] = mapped_column(Line(64), default="")
    asked_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    dialled_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    pages_confirmed: Mapped[int] = mapped_column(default=0)
    answered: Mapped[bool] = mapped_column(default=False)
    code: Mapped[int | None]
    cause: Mapped[str] = mapped_column(Line(64), default="")
    text: Mapped[str] = mapped_column(Line(255), default="")
    remote_id: Mapped[str] = mapped_column(Line(64), default="")
    rate: Mapped[int | None]
    ecm: Mapped[bool | None]
    t38: Mapped[bool | None]
    bad_rows: Mapped[int | None]
    seconds: Mapped[float | None] = mapped_column(Float)

    @property
    def key(self) -> str:
        """What the controller knows it by."""
        return f"{self.fax_id}-{self.number}"


class FaxMemory(OfSubscriber, Base):
    """The rung that worked for a number by a trunk."""

    __tablename__ = "fax_memory"
    __table_args__ = (UniqueConstraint("subscriber_id", "number", "trunk"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(Line(32))
    trunk: Mapped[str] = mapped_column(Line(64), default="")
    rung: Mapped[str] = mapped_column(String(1))
    at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))


class FaxBox(OfSubscriber, Base):
    """A subscriber's settings for faxes: see `conf.fax.box`."""

    __tablename__ = "fax_box"
    __table_args__ = (UniqueConstraint("subscriber_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    doc: Mapped[Document] = mapped_column(Written, default=dict)


class FaxList(OfSubscriber, Base):
    """A distribution list: `members` are {number, name}."""

    __tablename__ = "fax_list"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Line(64))
    members: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

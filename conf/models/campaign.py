"""A campaign: people whom a flow calls, each call to one of them, and who must not be called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Document, OfSubscriber
from conf.models.types import Key, Line, Moment, Written

# At most one call is under way to a number, whatever campaigns want one.
UNDER_WAY = text("state <> 'ended'")


class Campaign(OfSubscriber, Base):
    """`state` is draft, running, paused or over. `revision` counts its changes."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Line(64))
    doc: Mapped[Document] = mapped_column(Written)
    state: Mapped[str] = mapped_column(String(16), default="draft", index=True)
    revision: Mapped[int] = mapped_column(default=1)
    problem: Mapped[str] = mapped_column(Text, default="")  # why it was paused by itself
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class CampaignContact(OfSubscriber, Base):
    """Somebody to call. `state` is waiting, calling or done; `outcome` the newest call's, or why none is placed."""

    __tablename__ = "campaign_contact"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        UniqueConstraint("subscriber_id", "id"),
        ForeignKeyConstraint(
            ["subscriber_id", "campaign_id"], ["campaign.subscriber_id", "campaign.id"], ondelete="CASCADE"
        ),
        Index("ix_campaign_contact_due", "campaign_id", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Key)
    number: Mapped[str] = mapped_column(Line(32))
    name: Mapped[str] = mapped_column(Line(), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    zones: Mapped[list[str]] = mapped_column(JSON, default=list)
    language: Mapped[str] = mapped_column(String(8), default="")
    basis: Mapped[str] = mapped_column(String(32), default="")
    since: Mapped[datetime | None] = mapped_column(Moment)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    due_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    outcome: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(String(32), default="")  # the code of what keeps it from being called now


class CampaignCall(OfSubscriber, Base):
    """One call to a contact: written before FreeSWITCH is asked, and asked for once only.

    `state` is intended, placed or ended. `call` is the name of the call, `channel` the uuid FreeSWITCH was given.
    """

    __tablename__ = "campaign_call"
    __table_args__ = (
        UniqueConstraint("call"),
        ForeignKeyConstraint(
            ["subscriber_id", "contact_id"],
            ["campaign_contact.subscriber_id", "campaign_contact.id"],
            ondelete="CASCADE",
        ),
        Index("ix_campaign_call_number", "subscriber_id", "number", "placed_at"),
        Index("ix_campaign_call_state", "campaign_id", "state"),
        Index(
            "uq_campaign_call_under_way",
            "subscriber_id",
            "number",
            unique=True,
            postgresql_where=UNDER_WAY,
            sqlite_where=UNDER_WAY,
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(Key)
    contact_id: Mapped[int] = mapped_column(Key)
    call: Mapped[str] = mapped_column(Line(64))
    channel: Mapped[str] = mapped_column(Line(64))
    number: Mapped[str] = mapped_column(Line(32))
    controller: Mapped[str] = mapped_column(Line(64), default="")
    state: Mapped[str] = mapped_column(String(16), default="intended")
    placed_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(String(32), default="")
    cause: Mapped[str] = mapped_column(Line(64), default="")


class DoNotCall(OfSubscriber, Base):
    """A number that is not called: for ever, or (`refused`) for as long as the policy of its country says."""

    __tablename__ = "do_not_call"
    __table_args__ = (UniqueConstraint("subscriber_id", "number"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(Line(32))
    kind: Mapped[str] = mapped_column(String(16), default="never")  # never, refused
    at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    source: Mapped[str] = mapped_column(Line(64), default="")


class PastCall(OfSubscriber, Base):
    """A call of a campaign or contact that was removed: the rules count it still. Nothing else is kept of it."""

    __tablename__ = "past_call"
    __table_args__ = (Index("ix_past_call_number", "subscriber_id", "number", "placed_at"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(Line(32))
    placed_at: Mapped[datetime] = mapped_column(Moment)

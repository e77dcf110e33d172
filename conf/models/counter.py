"""Counters of a subscriber, and the hits that moved them."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, OfSubscriber
from conf.models.types import Key, Line


class Counter(OfSubscriber, Base):
    """`period` is "" for ever, else the day or hour that is counted: `2026-11-23`, `2026-11-23T09`."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("subscriber_id", "name", "period"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Line(200))  # a flow's counter, or with a caller's number: orders:+33...
    period: Mapped[str] = mapped_column(String(16), default="")
    value: Mapped[int] = mapped_column(Key, default=0)


class CounterHit(OfSubscriber, Base):
    """One command of one call counts once, however often it is repeated; `value` is what it heard."""

    __tablename__ = "counter_hit"
    __table_args__ = (
        UniqueConstraint("call", "command"),
        ForeignKeyConstraint(
            ["subscriber_id", "counter_id"], ["counter.subscriber_id", "counter.id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    counter_id: Mapped[int] = mapped_column(Key)
    call: Mapped[str] = mapped_column(Line(64))
    command: Mapped[str] = mapped_column(Line(64))
    value: Mapped[int] = mapped_column(Key)

"""The record of a call: one row for the whole conversation, over all its legs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, MaybeOfSubscriber
from conf.models.types import Key, Line, Moment

# PostgreSQL finds the beginning of a text by an index of this kind only.
BEGINNINGS = {name: {name: "varchar_pattern_ops"} for name in ("caller", "called")}


class CallRecord(MaybeOfSubscriber, Base):
    """Durations are seconds. `path` lists the nodes walked: `{flow, version, node, kind, exit}` each.

    `source` tells who wrote it: the `controller` that had the call to its end, or the `switch`, from FreeSWITCH's own
    account, when no controller lived then. `problem` says in plain words what went wrong (a broken flow, a database
    that was away); "" when nothing did. The subscriber is empty only for a call whose number belongs to nobody.
    """

    __tablename__ = "call_record"
    # The history is looked through by its time, and by each of these within it.
    __table_args__ = (
        Index("ix_call_record_subscriber_started", "subscriber_id", "started_at"),
        Index("ix_call_record_disposition", "subscriber_id", "disposition", "started_at"),
        Index("ix_call_record_flow", "subscriber_id", "flow", "started_at"),
        Index(
            "ix_call_record_problem",
            "subscriber_id",
            "started_at",
            postgresql_where=text("problem <> ''"),
            sqlite_where=text("problem <> ''"),
        ),
        Index("ix_call_record_caller", "subscriber_id", "caller", "started_at", postgresql_ops=BEGINNINGS["caller"]),
        Index("ix_call_record_called", "subscriber_id", "called", "started_at", postgresql_ops=BEGINNINGS["called"]),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    call: Mapped[str] = mapped_column(Line(64), unique=True)
    direction: Mapped[str] = mapped_column(Line(16))  # inbound, outbound, internal
    caller: Mapped[str] = mapped_column(Line(), default="")
    caller_name: Mapped[str] = mapped_column(Line(), default="")
    called: Mapped[str] = mapped_column(Line(), default="")
    presented: Mapped[str] = mapped_column(Line(), default="")
    number: Mapped[str] = mapped_column(Line(32), default="")  # our number that was dialled or shown
    started_at: Mapped[datetime] = mapped_column(Moment)
    ringing_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    wait: Mapped[float] = mapped_column(default=0.0)
    talk: Mapped[float] = mapped_column(default=0.0)
    hold: Mapped[float] = mapped_column(default=0.0)
    billed: Mapped[float] = mapped_column(default=0.0)
    disposition: Mapped[str] = mapped_column(Line(32), default="")
    cause: Mapped[str] = mapped_column(Line(64), default="")
    q850: Mapped[int | None]
    sip_code: Mapped[int | None]
    hung_up_by: Mapped[str] = mapped_column(Line(64), default="")  # caller, called, flow, controller, network ...
    flow: Mapped[str] = mapped_column(Line(64), default="")
    flow_version: Mapped[int | None]
    path: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    queue: Mapped[str] = mapped_column(Line(64), default="")
    agent: Mapped[str] = mapped_column(Line(254), default="")
    recording: Mapped[str] = mapped_column(Line(64), default="")
    consent: Mapped[str] = mapped_column(Line(32), default="")
    codec: Mapped[str] = mapped_column(Line(32), default="")
    mos: Mapped[float | None]
    trunk: Mapped[str] = mapped_column(Line(64), default="")
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    currency: Mapped[str] = mapped_column(Line(3), default="")
    fax: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    controller: Mapped[str] = mapped_column(Line(64), default="")
    problem: Mapped[str] = mapped_column(Line(500), default="")
    source: Mapped[str] = mapped_column(Line(16), default="controller", server_default="controller")
    # The user who sent the call on, whose rights it then had and who bears its cost.
    transferred_by: Mapped[str] = mapped_column(Line(254), default="", server_default="")
    outcome: Mapped[str] = mapped_column(Line(64), default="", server_default="")  # the flow's word for what came of it

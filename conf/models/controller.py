"""A controller process and its lease."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base
from conf.models.types import Moment


class Controller(Base):
    """Survivors adopt the calls of a controller whose lease has expired. `epoch` grows each time it starts:
    a process with a stale epoch issues no command. `state` is what it said of itself when it renewed its lease:
    its calls, its FreeSWITCH, whether it drains."""

    __tablename__ = "controller"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(255))
    freeswitch: Mapped[str] = mapped_column(String(255))
    epoch: Mapped[int] = mapped_column(default=1)
    lease_until: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")

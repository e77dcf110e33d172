"""What the operators have decided for themselves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base


class OperatorSetting(Base):
    """One decision by its name; without a row nothing was decided."""

    __tablename__ = "operator_setting"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)

"""An outbound rule: which trunks carry calls to which numbers."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Document, Documented
from conf.models.types import Key


class OutboundRule(Documented, Base):
    """The operator's. The first rule, by position, that a number fits decides."""

    __tablename__ = "outbound_rule"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)

    def read(self, doc: Document) -> None:
        self.name = doc["name"]

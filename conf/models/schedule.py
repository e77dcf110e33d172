"""A schedule: opening hours, holidays and exceptions, by name."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Configuration, Document, Documented
from conf.models.types import Key


class Schedule(Documented, Configuration, Base):
    """What `hours` nodes and greetings ask."""

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))

    def read(self, doc: Document) -> None:
        self.name = doc["name"]

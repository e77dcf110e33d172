"""A subscriber: a tenant with its own users, numbers and SIP domain."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Document, Documented
from conf.models.types import Key, Moment


class Subscriber(Documented, Base):
    """`version` grows with every change of the configuration, so that caches know when to read again."""

    __tablename__ = "subscriber"
    __table_args__ = {"sqlite_autoincrement": True}  # an id is never given again: files and caches are named by it

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    time_zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    emergency: Mapped[list[str]] = mapped_column(JSON, default=list)
    fallback: Mapped[str] = mapped_column(String(32), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))

    def read(self, doc: Document) -> None:
        self.slug = doc["slug"]
        self.name = doc["name"]
        self.language = doc.get("language", "en")
        self.time_zone = doc.get("time_zone", "UTC")
        self.country = doc.get("country", "")
        self.emergency = list(doc.get("emergency", []))
        self.fallback = doc.get("fallback", "")

"""A number: an E.164 number (DID) that belongs to one subscriber."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Configuration, Document, Documented
from conf.models.types import Key


class Number(Documented, Configuration, Base):
    """Unique over all subscribers: a call from outside finds its subscriber by it."""

    __tablename__ = "number"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    flow: Mapped[str] = mapped_column(String(64), default="")
    mode: Mapped[str] = mapped_column(String(8), default="voice")
    fallback: Mapped[str] = mapped_column(String(32), default="")

    def read(self, doc: Document) -> None:
        self.number = doc["number"]
        self.flow = doc.get("flow", "")
        self.mode = doc.get("mode", "voice")
        self.fallback = doc.get("fallback", "")

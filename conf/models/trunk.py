"""A trunk: the operator's SIP gateway to a carrier."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Document, Documented
from conf.models.types import Key


class Trunk(Documented, Base):
    """The password is kept in plain, since registering with a carrier needs it; the document holds `***` instead."""

    __tablename__ = "trunk"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str] = mapped_column(String(200), default="")

    def read(self, doc: Document) -> None:
        self.name = doc["name"]

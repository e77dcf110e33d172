"""A user: a person or the owner of a device, inside a subscriber."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Configuration, Document, Documented
from conf.models.types import Key


class User(Documented, Configuration, Base):
    """`sip_a1` is md5(sip_user:sip_realm:password), what digest authentication needs; the password itself is not kept.

    A user without an extension has no telephone.
    """

    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("subscriber_id", "login"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    login: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(32))
    sip_user: Mapped[str] = mapped_column(String(32), default="")
    sip_realm: Mapped[str] = mapped_column(String(255), default="")
    sip_a1: Mapped[str] = mapped_column(String(32), default="")

    def read(self, doc: Document) -> None:
        self.login = doc["login"]
        self.name = doc.get("name", "")
        self.role = doc.get("role", "agent")

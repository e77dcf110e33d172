"""A list of numbers, black or white, and its entries."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conf.models.base import Base, Configuration, Document, Documented
from conf.models.types import Key


class NumberList(Documented, Configuration, Base):
    """In the document `entries` is empty: they are rows of their own, since a list may have thousands."""

    __tablename__ = "number_list"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"), UniqueConstraint("subscriber_id", "id"))

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    entries: Mapped[list[ListEntry]] = relationship(
        order_by="ListEntry.position", cascade="all, delete-orphan", passive_deletes=True
    )

    def read(self, doc: Document) -> None:
        self.name = doc["name"]
        self.kind = doc.get("kind", "black")


class ListEntry(Documented, Configuration, Base):
    """One entry: a number or pattern, a country, a regular expression, or anonymous callers."""

    __tablename__ = "list_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["subscriber_id", "list_id"], ["number_list.subscriber_id", "number_list.id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    list_id: Mapped[int] = mapped_column(Key, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(200))

    def read(self, doc: Document) -> None:
        self.kind, self.value = self.columns(doc)

    @staticmethod
    def columns(doc: Document) -> tuple[str, str]:
        """The kind and the value of an entry."""
        kind = next(kind for kind in ("number", "anonymous", "country", "regex") if kind in doc)
        return kind, "" if kind == "anonymous" else str(doc[kind])

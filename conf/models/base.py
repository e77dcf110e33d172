"""What every table shares: names of constraints, the subscriber a row belongs to, the document a row was made from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, validates

from conf.models.types import Key, Written

Document = dict[str, Any]


class Base(DeclarativeBase):
    """The shared database's tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class OfSubscriber:
    """A row that belongs to one subscriber. Sessions must say which one they act for: see `conf.database`."""

    subscriber_id: Mapped[int] = mapped_column(Key, ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)


class MaybeOfSubscriber(OfSubscriber):
    """A row that may belong to nobody, as a call to a number that is not ours. Only the operator sees those."""

    @declared_attr
    def subscriber_id(cls) -> Mapped[int | None]:  # type: ignore[override]
        return mapped_column(Key, ForeignKey("subscriber.id", ondelete="CASCADE"), index=True)


class Configuration(OfSubscriber):
    """A subscriber's configuration: each change of it raises the subscriber's version."""


class Documented:
    """A row made from a document of a subscriber's files.

    The document is the truth and keeps its order; the columns repeat what the database must find, join or keep unique.
    """

    position: Mapped[int] = mapped_column(default=0)
    doc: Mapped[Document] = mapped_column(Written)

    @validates("doc")
    def _doc_changed(self, _key: str, doc: Document) -> Document:
        self.read(doc)
        return doc

    def read(self, doc: Document) -> None:
        """Fill the columns from the document."""
        raise NotImplementedError

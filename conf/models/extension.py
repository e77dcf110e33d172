"""An extension: a short number of a subscriber, whatever stands behind it."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Configuration, Document, Documented
from conf.models.types import Key


class Extension(Documented, Configuration, Base):
    """`kind` says what `target` is: a user's login, a flow's name, or an external E.164 number.

    All short numbers stand in this one table, so that none is given twice. Those of users come and go with the user.
    """

    __tablename__ = "extension"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "number"),
        # With the subscriber in the key, an extension cannot point at another subscriber's user.
        ForeignKeyConstraint(["subscriber_id", "user_id"], ["user.subscriber_id", "user.id"], ondelete="CASCADE"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    number: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(Key)

    def read(self, doc: Document) -> None:
        self.number = doc["extension"]
        self.kind = next(kind for kind in ("user", "flow", "external") if kind in doc)
        self.target = doc[self.kind]

"""How faxes look and who may see them: designs of covers, and the settings of a number or a user."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Document, OfSubscriber
from conf.models.types import Key, Line, Written


class FaxCover(OfSubscriber, Base):
    """A design of covers by its name: see `conf.fax.covers`. `logo` is a name in the vault, "" when there is none."""

    __tablename__ = "fax_cover"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Line(64))
    logo: Mapped[str] = mapped_column(String(64), default="")
    doc: Mapped[Document] = mapped_column(Written, default=dict)


class FaxProfile(OfSubscriber, Base):
    """Settings of one number or one user, over those of the box: see `conf.fax.profiles` and `conf.fax.rights`.

    `kind` is number or user, `name` the number (E.164) or the login.
    """

    __tablename__ = "fax_profile"
    __table_args__ = (UniqueConstraint("subscriber_id", "kind", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Line(254))
    doc: Mapped[Document] = mapped_column(Written, default=dict)

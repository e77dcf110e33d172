"""Wrong passwords and codes of late: what makes a lock-out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base
from conf.models.types import Moment


class LoginFailure(Base):
    """`key` is the SHA-256 of a login that was typed (whether there is such an account or not), an address, or both.

    `login` is that of the login alone, "" where the key has none. What was typed is not kept: it may be a password in
    the wrong field.
    """

    __tablename__ = "login_failure"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(String(64), default="", index=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    at: Mapped[datetime] = mapped_column(Moment, index=True)

"""An account: who may log in to the web UI, and the sessions and links that an account has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    event,
)
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, MaybeOfSubscriber
from conf.models.types import Key, Line, Moment
from conf.models.user import User


class Account(MaybeOfSubscriber, Base):
    """A person's way in. An operator's account has no subscriber; a subscriber's has a user, and that user's role.

    The same mail address may be somebody in two subscribers: neither learns of the other. `password` is an argon2
    hash, "" while there is none. `one_time`: it must be changed at the first login. `totp` is the sealed secret of the
    second factor, `totp_step` the last time step that was used, so that a code counts once.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("subscriber_id", "login"),
        UniqueConstraint("subscriber_id", "user_id"),
        ForeignKeyConstraint(["subscriber_id", "user_id"], ["user.subscriber_id", "user.id"], ondelete="CASCADE"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(Key)
    login: Mapped[str] = mapped_column(String(254), index=True)  # in small letters
    password: Mapped[str] = mapped_column(String(255), default="")
    one_time: Mapped[bool] = mapped_column(default=False)
    totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(Key, default=0)
    language: Mapped[str] = mapped_column(String(8), default="")
    theme: Mapped[str] = mapped_column(String(8), default="")  # light, dark, "" as the device
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    seen_at: Mapped[datetime | None] = mapped_column(Moment)


class WebSession(MaybeOfSubscriber, Base):
    """A browser that is logged in. The cookie holds a random token; here stands its SHA-256.

    `whole`: the second factor was given too, or none is wanted.
    """

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    whole: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    seen_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    until: Mapped[datetime] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(Line(64), default="")
    browser: Mapped[str] = mapped_column(Line(200), default="")


class LoginLink(MaybeOfSubscriber, Base):
    """A link of one use that was mailed: to choose a password after an invitation, or a new one."""

    __tablename__ = "login_link"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))  # invitation, reset
    token: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    until: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(MaybeOfSubscriber, Base):
    """A code of one use for who lost the second factor; its SHA-256."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_account_code", "account_id", "code", unique=True),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(Key, ForeignKey("account.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Moment)


@event.listens_for(User, "after_update")
def _follow(_mapper: Any, connection: Connection, user: User) -> None:
    """Who is given another login comes in by it from then on."""
    table = cast(Table, Account.__table__)
    mine = (table.c.subscriber_id == user.subscriber_id, table.c.user_id == user.id)
    connection.execute(table.update().where(*mine).values(login=user.login.lower()))

"""A token for the API, and the answers that are given again when a request is sent twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, MaybeOfSubscriber
from conf.models.types import Key, Line, Moment


class ApiToken(MaybeOfSubscriber, Base):
    """Shown once; here stands its SHA-256, and its first characters so that people know it again.

    `scopes` are words such as `flows:write`. `made_by` is how the log calls who made it. It acts for `account_id` and
    may never do more than that account; without one it may do nothing. `parent_id`: the token that made this one.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Line(64))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    beginning: Mapped[str] = mapped_column(String(16), default="")
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    made_by: Mapped[str] = mapped_column(Line(254), default="")
    account_id: Mapped[int | None] = mapped_column(Key, ForeignKey("account.id", ondelete="SET NULL"), index=True)
    parent_id: Mapped[int | None] = mapped_column(Key, ForeignKey("api_token.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC))
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class IdempotencyKey(MaybeOfSubscriber, Base):
    """What a request with an Idempotency-Key was answered, for a day. `caller` is the token or the account."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("caller", "key"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    caller: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))  # SHA-256 of method, path and body
    status: Mapped[int | None]  # None while the first request is at work
    headers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    created_at: Mapped[datetime] = mapped_column(Moment, default=lambda: datetime.now(UTC), index=True)

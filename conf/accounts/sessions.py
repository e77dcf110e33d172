"""Web sessions: a random token in the browser's cookie, its digest in the database."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from conf.models import Account, Subscriber, User, WebSession

LASTS = timedelta(days=14)
HALF_LASTS = timedelta(minutes=10)  # while the second factor is asked for
IDLE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)  # how exactly `seen_at` is kept


def digest(token: str) -> str:
    """What is kept of a token: tokens are random, so a plain SHA-256 will do."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(
    session: Session, account: Account, now: datetime, *, address: str = "", browser: str = "", whole: bool = True
) -> str:
    """Log an account in; the token for the cookie, which nobody can read again. The session is the operator's."""
    token = secrets.token_urlsafe(32)
    if whole:
        account.seen_at = now
    session.add(
        WebSession(
            account_id=account.id,
            subscriber_id=account.subscriber_id,
            token=digest(token),
            whole=whole,
            created_at=now,
            seen_at=now,
            until=now + (LASTS if whole else HALF_LASTS),
            address=address,
            browser=browser,
        )
    )
    session.flush()
    return token


Found = tuple[WebSession, Account, User | None, Subscriber | None]

# Made once: every request asks it.
_FOUND = (
    select(WebSession, Account, User, Subscriber)
    .join(Account, Account.id == WebSession.account_id)
    .outerjoin(User, User.id == Account.user_id)
    .outerjoin(Subscriber, Subscriber.id == Account.subscriber_id)
    .where(WebSession.token == bindparam("digest"))
    .where(WebSession.until > bindparam("now"), WebSession.seen_at > bindparam("idle_since"))
)


def find(session: Session, token: str, now: datetime) -> Found | None:
    """Who a token's browser belongs to; None when it has ended, or its user is gone. The session is the operator's."""
    row = session.execute(_FOUND, {"digest": digest(token), "now": now, "idle_since": now - IDLE}).one_or_none()
    return None if row is None else (row[0], row[1], row[2], row[3])


def alive(session: Session, account_id: int, now: datetime) -> list[WebSession]:
    """The browsers that are logged in to an account, the one that was seen last first."""
    mine = (
        WebSession.account_id == account_id,
        WebSession.whole,
        WebSession.until > now,
        WebSession.seen_at > now - IDLE,
    )
    return list(session.scalars(select(WebSession).where(*mine).order_by(WebSession.seen_at.desc())))


def end(session: Session, session_id: int, account_id: int) -> bool:
    """Log a browser out; False when there is no such session of this account."""
    found = session.get(WebSession, session_id)
    if found is None or found.account_id != account_id:
        return False
    session.delete(found)
    return True

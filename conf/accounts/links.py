"""Links of one use that are mailed: to choose a first password after an invitation, or a new one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from conf.accounts.sessions import digest
from conf.models import Account, LoginLink

INVITATION = "invitation"
RESET = "reset"
LASTS = {INVITATION: timedelta(hours=72), RESET: timedelta(hours=1)}


def make(session: Session, account: Account, purpose: str, now: datetime) -> str:
    """The token of a new link; one of the same purpose that was sent before is of no use any more."""
    session.execute(delete(LoginLink).where(LoginLink.account_id == account.id, LoginLink.purpose == purpose))
    token = secrets.token_urlsafe(32)
    session.add(
        LoginLink(
            account_id=account.id,
            subscriber_id=account.subscriber_id,
            purpose=purpose,
            token=digest(token),
            created_at=now,
            until=now + LASTS[purpose],
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, now: datetime) -> tuple[LoginLink, Account] | None:
    """The link and its account, while it is good. The session is the operator's."""
    good = (LoginLink.token == digest(token), LoginLink.until > now, LoginLink.used_at.is_(None))
    row = session.execute(select(LoginLink, Account).join(Account, Account.id == LoginLink.account_id).where(*good))
    found = row.one_or_none()
    return None if found is None else (found[0], found[1])


def use(session: Session, link: LoginLink, now: datetime) -> bool:
    """Use a link up; False when somebody was faster. All other links of the account end with it."""
    mine = update(LoginLink).where(LoginLink.id == link.id, LoginLink.used_at.is_(None)).values(used_at=now)
    if cast("CursorResult[Any]", session.execute(mine)).rowcount != 1:
        return False
    session.execute(delete(LoginLink).where(LoginLink.account_id == link.account_id, LoginLink.used_at.is_(None)))
    return True

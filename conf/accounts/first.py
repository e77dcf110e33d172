"""The first accounts of an installation: the operator's, and one administrator of each subscriber that has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.accounts import passwords
from conf.models import Account, Subscriber, User, WebSession


@dataclass(frozen=True)
class First:
    """An account nobody has used yet, with its password of one use. `subscriber` is "" for the operator."""

    login: str
    subscriber: str
    password: str = field(repr=False)


def first_accounts(session: Session, domain: str) -> list[First]:
    """Make the accounts that are missing; those that nobody has used get a new password. An operator's session."""
    made = []
    operators = session.scalars(select(Account).where(Account.subscriber_id.is_(None)).order_by(Account.id)).all()
    if not operators:
        account = Account(login=f"operator@{domain}")
        session.add(account)
        made.append((account, ""))
    elif len(operators) == 1 and _untouched(session, operators[0]):
        made.append((operators[0], ""))
    for subscriber in session.scalars(select(Subscriber).order_by(Subscriber.id)):
        found = _first_of(session, subscriber)
        if found is not None:
            made.append((found, subscriber.name))
    firsts = [First(account.login, name, passwords.one_time()) for account, name in made]
    for (account, _), one in zip(made, firsts, strict=True):
        account.password, account.one_time = passwords.hashed(one.password), True
    session.flush()
    return firsts


def _first_of(session: Session, subscriber: Subscriber) -> Account | None:
    accounts = session.scalars(select(Account).where(Account.subscriber_id == subscriber.id)).all()
    if accounts:
        return accounts[0] if len(accounts) == 1 and _untouched(session, accounts[0]) else None
    wanted = select(User).where(User.subscriber_id == subscriber.id, User.role == "administrator")
    user = session.scalars(wanted.order_by(User.position).limit(1)).one_or_none()
    if user is None:
        return None
    account = Account(login=user.login.lower(), subscriber_id=subscriber.id, user_id=user.id)
    session.add(account)
    return account


def _untouched(session: Session, account: Account) -> bool:
    """Whether the password of one use was never changed, and nobody is logged in by it."""
    alive = select(WebSession.id).where(WebSession.account_id == account.id, WebSession.until > datetime.now(UTC))
    return account.one_time and session.scalars(alive.limit(1)).first() is None

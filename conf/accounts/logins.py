"""Whose a mail address and a password are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.accounts import passwords
from conf.models import Account, Subscriber

ALWAYS = 2  # passwords that are looked at for any login: how long it takes tells nobody whether there is an account


@dataclass(frozen=True)
class Candidate:
    """An account that a login may mean; the same mail may be somebody in several subscribers."""

    account_id: int
    subscriber_id: int | None
    subscriber: str  # its name, "" for the operator
    kept: str = field(repr=False)


def candidates(session: Session, login: str) -> list[Candidate]:
    """Those who may come in by a mail address. The session is the operator's."""
    wanted = (
        select(Account.id, Account.subscriber_id, Subscriber.name, Account.password)
        .outerjoin(Subscriber, Subscriber.id == Account.subscriber_id)
        .where(Account.login == login.strip().lower())
        .order_by(Account.subscriber_id, Account.id)
    )
    return [Candidate(key, owner, name or "", kept) for key, owner, name, kept in session.execute(wanted)]


def fitting(found: Iterable[Candidate], password: str) -> list[Candidate]:
    """Those whose password it is. Slow on purpose: call it outside of a transaction."""
    tried = list(found)
    for _ in range(ALWAYS - len(tried)):
        passwords.matches("", password)
    return [one for one in tried if passwords.matches(one.kept, password)]

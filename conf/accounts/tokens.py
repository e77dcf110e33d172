"""Tokens of the API: random, shown once; the database holds their digest.

A token acts for the account that made it, and may never do more than that account may do now: it loses what its maker
loses, and stops when the maker has left. One that another token made ends with that one, too.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from conf.accounts.scopes import SCOPES, grantable, within
from conf.accounts.sessions import digest
from conf.models import Account, ApiToken, Subscriber, User
from conf.problems import N_, ConfigurationError, Problem

BEGINS = "sfl_"
USED_EVERY = timedelta(minutes=1)  # how exactly `used_at` is kept
LONGEST = 64  # letters of a name
_SHOWN = 10  # characters by which people know a token again


@dataclass(frozen=True)
class Found:
    """A token that counts: whose, the role of its maker now, and what of its scopes that role still covers."""

    token: ApiToken
    subscriber: Subscriber | None
    role: str
    scopes: tuple[str, ...]


def create(
    session: Session,
    *,
    name: str,
    scopes: Iterable[str],
    role: str,
    made_by: str,
    account_id: int | None,
    now: datetime,
    expires_at: datetime | None = None,
    subscriber_id: int | None = None,
    parent: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    """Make a token; the text is known only here and now. The operator's tokens have no subscriber.

    `role` is that of `account_id`, for which the token acts; `parent` the token that makes this one: it bounds the
    scopes, and the end. Raises ConfigurationError with the fields name, scopes, expires_at.
    """
    wanted, may, until = [word for word in SCOPES if word in set(scopes)], set(grantable(role)), None
    if parent is not None:
        may, until = may & set(parent.scopes), parent.expires_at
    _check(name, set(scopes), may, expires_at, until, now)
    text = BEGINS + secrets.token_urlsafe(32)
    token = ApiToken(
        name=name,
        token=digest(text),
        beginning=text[:_SHOWN],
        scopes=wanted,
        made_by=made_by,
        account_id=account_id,
        parent_id=parent.id if parent else None,
        created_at=now,
        expires_at=expires_at or until,
        subscriber_id=subscriber_id,
    )
    session.add(token)
    session.flush()
    return token, text


def find(session: Session, text: str, now: datetime) -> Found | None:
    """Whose a token is; None for one that is unknown, expired or revoked, or whose maker may do nothing of it.

    The session is the operator's.
    """
    wanted = (
        select(ApiToken, Subscriber, User.role)
        .join(Account, Account.id == ApiToken.account_id)
        .outerjoin(User, User.id == Account.user_id)
        .outerjoin(Subscriber, Subscriber.id == ApiToken.subscriber_id)
        .where(ApiToken.token == digest(text), ApiToken.revoked_at.is_(None))
    )
    row = session.execute(wanted).one_or_none()
    if row is None or (row[0].expires_at is not None and row[0].expires_at <= now):
        return None
    token, subscriber, role = row[0], row[1], _role(row[0], row[2])
    scopes = within(token.scopes, role)
    return Found(token, subscriber, role, scopes) if scopes else None


def in_force(session: Session, tokens: Sequence[ApiToken]) -> dict[int, tuple[str, ...]]:
    """What of the scopes of tokens their makers may still do, by the tokens' ids; nothing for one that has stopped."""
    wanted = (
        select(ApiToken.id, User.role)
        .join(Account, Account.id == ApiToken.account_id)
        .outerjoin(User, User.id == Account.user_id)
        .where(ApiToken.id.in_([token.id for token in tokens]))
    )
    roles = dict(session.execute(wanted).all())
    return {
        token.id: within(token.scopes, _role(token, roles[token.id])) if token.id in roles else () for token in tokens
    }


def listed(session: Session, subscriber_id: int | None) -> Sequence[ApiToken]:
    """The tokens of a subscriber, or the operator's own; the newest first, revoked ones last."""
    wanted = select(ApiToken).where(_owner(subscriber_id))
    return session.scalars(wanted.order_by(ApiToken.revoked_at.isnot(None), ApiToken.id.desc())).all()


def read(session: Session, subscriber_id: int | None, token_id: int) -> ApiToken:
    """One token. LookupError when there is none."""
    found = session.scalars(select(ApiToken).where(_owner(subscriber_id), ApiToken.id == token_id)).one_or_none()
    if found is None:
        raise LookupError(f"no token {token_id}")
    return found


def revoke(session: Session, subscriber_id: int | None, token_id: int, now: datetime) -> list[ApiToken]:
    """Let a token be of no use any more, and every one that it made; those that were until now.

    Doing it twice changes nothing. LookupError when there is none.
    """
    ended, line = [], [read(session, subscriber_id, token_id)]
    while line:
        if line[0].revoked_at is None:
            line[0].revoked_at = now
            ended.append(line[0])
        made = select(ApiToken).where(_owner(subscriber_id), ApiToken.parent_id == line.pop(0).id)
        line += session.scalars(made.order_by(ApiToken.id))
    return ended


def _role(token: ApiToken, of_user: str | None) -> str:
    """The role of a token's maker; an operator is no subscriber's user."""
    return of_user or ("operator" if token.subscriber_id is None else "")


def _owner(subscriber_id: int | None) -> ColumnElement[bool]:
    return ApiToken.subscriber_id.is_(None) if subscriber_id is None else ApiToken.subscriber_id == subscriber_id


def _check(
    name: str, scopes: set[str], may: set[str], expires_at: datetime | None, until: datetime | None, now: datetime
) -> None:
    problems = []
    if not name.strip():
        problems.append(Problem("missing", N_("must not be empty"), field="name"))
    elif len(name) > LONGEST or not name.isprintable():
        problems.append(Problem("not_a_name", N_("may have at most {most} letters"), {"most": LONGEST}, field="name"))
    if not scopes:
        problems.append(Problem("no_scopes", N_("choose at least one"), field="scopes"))
    for word in sorted(scopes - may):
        message = N_("{scope} is not yours to give") if word in SCOPES else N_("there is no scope {scope}")
        problems.append(Problem("not_grantable", message, {"scope": word}, field="scopes"))
    if expires_at is not None and expires_at <= now:
        problems.append(Problem("past", N_("is past"), field="expires_at"))
    elif expires_at is not None and until is not None and expires_at > until:
        problems.append(Problem("too_late", N_("is after the end of the token that makes it"), field="expires_at"))
    if problems:
        raise ConfigurationError(problems)

"""Tokens of the API: random, shown once; the database holds their digest."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from conf.accounts.scopes import SCOPES, grantable
from conf.accounts.sessions import digest
from conf.models import ApiToken, Subscriber
from conf.problems import N_, ConfigurationError, Problem

BEGINS = "sfl_"
USED_EVERY = timedelta(minutes=1)  # how exactly `used_at` is kept
LONGEST = 64  # letters of a name
_SHOWN = 10  # characters by which people know a token again


def create(
    session: Session,
    *,
    name: str,
    scopes: Iterable[str],
    role: str,
    made_by: str,
    now: datetime,
    expires_at: datetime | None = None,
    subscriber_id: int | None = None,
    within: Iterable[str] | None = None,
) -> tuple[ApiToken, str]:
    """Make a token; the text is known only here and now. The operator's tokens have no subscriber.

    `role` is that of who makes it, `within` the scopes that bound the maker when it is itself a token.
    Raises ConfigurationError with the fields name, scopes, expires_at.
    """
    wanted = [word for word in SCOPES if word in set(scopes)]
    _check(name, set(scopes), set(grantable(role)) & set(SCOPES if within is None else within), expires_at, now)
    text = BEGINS + secrets.token_urlsafe(32)
    token = ApiToken(
        name=name,
        token=digest(text),
        beginning=text[:_SHOWN],
        scopes=wanted,
        made_by=made_by,
        created_at=now,
        expires_at=expires_at,
        subscriber_id=subscriber_id,
    )
    session.add(token)
    session.flush()
    return token, text


def find(session: Session, text: str, now: datetime) -> tuple[ApiToken, Subscriber | None] | None:
    """Whose a token is; None for one that is unknown, expired or revoked. The session is the operator's."""
    wanted = (
        select(ApiToken, Subscriber)
        .outerjoin(Subscriber, Subscriber.id == ApiToken.subscriber_id)
        .where(ApiToken.token == digest(text), ApiToken.revoked_at.is_(None))
    )
    row = session.execute(wanted).one_or_none()
    if row is None or (row[0].expires_at is not None and row[0].expires_at <= now):
        return None
    return row[0], row[1]


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


def revoke(session: Session, subscriber_id: int | None, token_id: int, now: datetime) -> ApiToken:
    """Let a token be of no use any more; doing it twice changes nothing. LookupError when there is none."""
    found = read(session, subscriber_id, token_id)
    if found.revoked_at is None:
        found.revoked_at = now
    return found


def _owner(subscriber_id: int | None) -> ColumnElement[bool]:
    return ApiToken.subscriber_id.is_(None) if subscriber_id is None else ApiToken.subscriber_id == subscriber_id


def _check(name: str, scopes: set[str], may: set[str], expires_at: datetime | None, now: datetime) -> None:
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
    if problems:
        raise ConfigurationError(problems)

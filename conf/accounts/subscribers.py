"""A new subscriber with its first administrator; what the operator may know of the ones there are: names and counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from conf.accounts import accounts
from conf.database import narrowed
from conf.editing import checking, documents, roles
from conf.models import Account, Document, Flow, Number, Subscriber, User
from conf.problems import N_, ConfigurationError, Problem, Wrong

RESERVED = {"operator"}  # `python -m conf export operator` means the operator's own files


@dataclass(frozen=True)
class About:
    """One subscriber as the operator sees it."""

    slug: str
    name: str
    country: str
    created_at: datetime
    users: int
    numbers: int
    flows: int


def listed(session: Session) -> list[About]:
    """All subscribers, by name. The session is the operator's."""
    counts = [_counts(session, model) for model in (User, Number, Flow)]
    rows = session.scalars(select(Subscriber).order_by(Subscriber.name, Subscriber.id))
    return [
        About(row.slug, row.name, row.country, row.created_at, *(count.get(row.id, 0) for count in counts))
        for row in rows
    ]


def find(session: Session, slug: str) -> Subscriber:
    """A subscriber. LookupError when there is none."""
    found = session.scalars(select(Subscriber).where(Subscriber.slug == slug)).one_or_none()
    if found is None:
        raise LookupError(f"no subscriber {slug}")
    return found


def create(session: Session, doc: Document, administrator: Document, *, domain: str) -> tuple[int, int]:
    """Make a subscriber and the account of its first administrator; their ids. The session is the operator's.

    Raises ConfigurationError; a problem of the administrator has a field that begins with `administrator.`.
    """
    problems = [*checking.form("subscriber", doc, checking.NONE), *_taken(session, doc)]
    person = checking.form("users", administrator, checking.NONE)
    problems += [one.at(field=f"administrator.{one.field}") for one in person]
    checking.refuse(problems)
    row = Subscriber(doc=doc)
    session.add(row)
    session.flush()
    key = row.id
    with narrowed(session, key):
        roles.bound(session, is_bound=False)  # somebody must be the first
        documents.save(session, key, "users", None, administrator, domain=domain)
        user = session.scalars(select(User).where(User.login == administrator["login"])).one()
        try:
            account = accounts.make(session, user)
        except Wrong as wrong:
            raise ConfigurationError([wrong.problem.at(field="administrator.login")]) from None
        account_id = account.id
    return key, account_id


def rename(session: Session, slug: str, name: str, *, domain: str) -> documents.Saved:
    """Call a subscriber otherwise; its slug stays. Raises LookupError, ConfigurationError."""
    row = find(session, slug)
    key, doc = row.id, {**row.doc, "name": name}
    with narrowed(session, key):
        return documents.save(session, key, "subscriber", slug, doc, domain=domain)


def first_administrator(session: Session, account_id: int, hashed: str) -> None:
    """Give the first administrator a password of one use, as its hash."""
    account = session.get_one(Account, account_id)
    account.password, account.one_time = hashed, True


def _taken(session: Session, doc: Document) -> list[Problem]:
    slug = str(doc.get("slug", ""))
    taken = select(Subscriber.id).where(Subscriber.slug == slug)
    if slug in RESERVED or session.scalars(taken).first() is not None:
        return [Problem("slug_taken", N_("is taken already"), field="slug")]
    return []


def _counts(session: Session, model: Any) -> dict[int, int]:
    rows = session.execute(select(model.subscriber_id, func.count()).group_by(model.subscriber_id))
    return {int(owner): int(count) for owner, count in rows}

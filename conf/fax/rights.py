"""Who may see what is received on a number, and who may send from it. Pages, API and mails all ask here.

A fax is seen by whoever put it in, and by those who may see the number of ours that it came to or went from. For
anybody else there is no such fax.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from conf.accounts.permissions import ALLOWED, FAX
from conf.models import Fax, FaxProfile, User
from conf.problems import N_, Problem

ROLES = tuple(role for role, may in ALLOWED.items() if FAX in may)
SEE, SEND = "see", "send"


@dataclass(frozen=True)
class Viewer:
    """Somebody who wants to see or send faxes. The role "" is nobody's: an address that is no user's."""

    login: str
    role: str


@dataclass(frozen=True)
class Whom:
    """Whom a right is given to: all users of the fax box, or those who are named or have one of the roles."""

    everybody: bool = True
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def holds(self, viewer: Viewer) -> bool:
        """Whether it is given to somebody."""
        return self.everybody or viewer.login.lower() in self.users or viewer.role in self.roles


def whom(doc: Mapping[str, Any] | None) -> Whom:
    """A right as it is kept: {"everybody", "users", "roles"}; None is everybody."""
    if doc is None:
        return Whom()
    users = tuple(str(one).lower() for one in doc.get("users", ()))
    return Whom(bool(doc.get("everybody")), users, tuple(doc.get("roles", ())))


def written(given: Whom) -> dict[str, Any] | None:
    """A right as it is kept."""
    return None if given.everybody else {"everybody": False, "users": list(given.users), "roles": list(given.roles)}


def problems(session: Session, field: str, given: Whom) -> Iterator[Problem]:
    """What is wrong with a right that somebody wants to give."""
    known = {login.lower() for login in session.scalars(select(User.login).where(User.role.in_(ROLES)))}
    for login in given.users:
        if login not in known:
            yield Problem("unknown_user", N_("is no user who may use the fax box"), field=field, value=login)
    for role in given.roles:
        if role not in ROLES:
            told = {"expected": ", ".join(ROLES)}
            yield Problem("unknown_role", N_("must be one of {expected}"), told, field=field, value=role)
    if not (given.everybody or given.users or given.roles):
        yield Problem("nobody", N_("must name somebody: nobody could see these faxes any more"), field=field)


def closed(session: Session, viewer: Viewer, right: str) -> Sequence[str]:
    """The numbers for which somebody does not have a right."""
    rows = session.scalars(select(FaxProfile).where(FaxProfile.kind == "number"))
    return [row.name for row in rows if not whom(row.doc.get(right)).holds(viewer)]


def visible(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """The faxes that somebody may see, as a condition."""
    hidden = closed(session, viewer, SEE)
    if not hidden:
        return true()
    own = func.lower(Fax.created_by) == viewer.login.lower()
    came = and_(Fax.direction == "in", Fax.to_number.not_in(hidden))
    went = and_(Fax.direction == "out", Fax.from_number.not_in(hidden))
    return or_(and_(own, Fax.direction == "out"), came, went)


def viewer_of(session: Session, login: str) -> Viewer:
    """Somebody by their login or address; of no role when it is no user's."""
    found = session.scalars(select(User).where(func.lower(User.login) == login.lower())).first() if login else None
    return Viewer(login, found.role if found else "")


def told(session: Session, fax: Fax, addresses: Sequence[str]) -> list[str]:
    """Those of some addresses that may hear of a fax: where its number is not everybody's, users who may see it."""
    number = fax.to_number if fax.direction == "in" else fax.from_number
    wanted = select(FaxProfile).where(FaxProfile.kind == "number", FaxProfile.name == number)
    row = session.scalars(wanted.where(FaxProfile.subscriber_id == fax.subscriber_id)).one_or_none()
    given = whom(row.doc.get(SEE) if row else None)
    if given.everybody:
        return list(addresses)
    sender = fax.created_by.lower() if fax.direction == "out" else ""
    return [one for one in addresses if one.lower() == sender or given.holds(_in(session, fax, one))]


def _in(session: Session, fax: Fax, login: str) -> Viewer:
    """Like `viewer_of`, in the operator's session as well."""
    wanted = select(User).where(User.subscriber_id == fax.subscriber_id, func.lower(User.login) == login.lower())
    found = session.scalars(wanted).first()
    return Viewer(login, found.role if found else "")

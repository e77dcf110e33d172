"""Faxes as pages and the API list them, in a subscriber's session."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from conf.models import Fax, FaxAttempt, FaxBatch, FaxDocument, FaxList
from conf.problems import N_, ConfigurationError, Problem

MOST_MEMBERS = 500


@dataclass(frozen=True)
class Search:
    """`text` is looked for in numbers, names and remote ids; `since` and `until` bound when a fax was put in."""

    direction: str = ""
    state: str = ""
    text: str = ""
    batch: int | None = None
    login: str = ""  # whose faxes
    since: datetime | None = None
    until: datetime | None = None
    states: tuple[str, ...] = ()
    unread: bool = False
    deleted: bool = False  # those that were deleted and are not destroyed yet, in place of the others


def faxes(visible: ColumnElement[bool], search: Search) -> Select[Fax]:
    """The faxes that fit, to be ordered and paged by who reads them. `visible`: see `conf.fax.rights`."""
    wanted = select(Fax).where(visible, Fax.deleted_at.is_not(None) if search.deleted else Fax.deleted_at.is_(None))
    if search.deleted:
        wanted = wanted.where(Fax.until.is_not(None))
    for column, value in ((Fax.direction, search.direction), (Fax.state, search.state), (Fax.created_by, search.login)):
        if value:
            wanted = wanted.where(column == value)
    if search.batch is not None:
        wanted = wanted.where(Fax.batch_id == search.batch)
    if search.since:
        wanted = wanted.where(Fax.created_at >= search.since)
    if search.until:
        wanted = wanted.where(Fax.created_at < search.until)
    if search.states:
        wanted = wanted.where(Fax.state.in_(search.states))
    if search.unread:
        wanted = wanted.where(Fax.direction == "in", Fax.seen_at.is_(None))
    if search.text:
        wanted = wanted.where(_holds(search.text))
    return wanted


def read(session: Session, visible: ColumnElement[bool], fax_id: int) -> Fax:
    """One fax. LookupError when there is none that may be seen."""
    found = session.scalars(select(Fax).where(Fax.id == fax_id, visible)).one_or_none()
    if found is None or (found.deleted_at is not None and found.until is None):
        raise LookupError(f"no fax {fax_id}")
    return found


def attempts(session: Session, fax_id: int) -> Sequence[FaxAttempt]:
    """The calls for a fax, the first one first."""
    return session.scalars(select(FaxAttempt).where(FaxAttempt.fax_id == fax_id).order_by(FaxAttempt.number)).all()


def documents(session: Session, batch_id: int) -> Sequence[FaxDocument]:
    """What was put in, in its order."""
    wanted = select(FaxDocument).where(FaxDocument.batch_id == batch_id).order_by(FaxDocument.position)
    return session.scalars(wanted).all()


def batch(session: Session, batch_id: int) -> FaxBatch:
    """What was put in at once. LookupError when there is none."""
    found = session.scalars(select(FaxBatch).where(FaxBatch.id == batch_id)).one_or_none()
    if found is None:
        raise LookupError(f"no batch {batch_id}")
    return found


def counts(session: Session, batch_id: int | None = None) -> dict[str, int]:
    """How many faxes are in each state, of a batch or of all that go out."""
    wanted = select(Fax.state, func.count(Fax.id)).where(Fax.direction == "out").group_by(Fax.state)
    if batch_id is not None:
        wanted = wanted.where(Fax.batch_id == batch_id)
    return {state: count for state, count in session.execute(wanted)}  # noqa: C416  rows are no pairs


def by_state(session: Session, visible: ColumnElement[bool]) -> dict[str, int]:
    """How many faxes that may be seen are in each state, "unread" and "deleted" besides."""
    here, there = Fax.deleted_at.is_(None), Fax.deleted_at.is_not(None)
    rows = session.execute(select(Fax.state, func.count(Fax.id)).where(visible, here).group_by(Fax.state))
    found = {row[0]: row[1] for row in rows}
    count = select(func.count(Fax.id)).where(visible)
    found["deleted"] = session.scalars(count.where(there, Fax.until.is_not(None))).one()
    return found | {"unread": unread(session, visible)}


def unread(session: Session, visible: ColumnElement[bool]) -> int:
    """How many of those that came in nobody has looked at."""
    count = select(func.count(Fax.id)).where(visible, Fax.direction == "in", Fax.seen_at.is_(None))
    return session.scalars(count.where(Fax.deleted_at.is_(None))).one()


def lists(session: Session) -> Sequence[FaxList]:
    """The distribution lists by name."""
    return session.scalars(select(FaxList).order_by(FaxList.name)).all()


def keep_list(session: Session, name: str, members: Sequence[dict[str, str]]) -> FaxList:
    """Make a distribution list, or write over it. `members` are {number, name}. Raises ConfigurationError."""
    problems = []
    if not name.strip() or len(name) > 64:
        problems.append(Problem("not_a_name", N_("must have 1 to {most} characters"), {"most": 64}, field="name"))
    if not members or len(members) > MOST_MEMBERS:
        message = N_("must hold 1 to {most} numbers")
        problems.append(Problem("not_members", message, {"most": MOST_MEMBERS}, field="members"))
    for place, member in enumerate(members):
        if not re.fullmatch(r"[+0-9 ().-]{3,32}", str(member.get("number", ""))):
            problems.append(Problem("not_a_number", N_("is not a telephone number"), field=f"members.{place}.number"))
    if problems:
        raise ConfigurationError(problems)
    row = session.scalars(select(FaxList).where(FaxList.name == name.strip())).one_or_none()
    if row is None:
        row = FaxList(name=name.strip())
        session.add(row)
    row.members = [{"number": one["number"], "name": str(one.get("name", ""))[:200]} for one in members]
    session.flush()
    return row


def remove_list(session: Session, name: str) -> None:
    """Remove a distribution list; faxes that went to it stay. LookupError when there is none."""
    row = session.scalars(select(FaxList).where(FaxList.name == name)).one_or_none()
    if row is None:
        raise LookupError(f"no list {name}")
    session.delete(row)
    session.flush()


def _holds(words: str):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type is of no use to anybody
    safe = re.sub(r"([%_\\])", r"\\\1", words.strip())
    digits = re.sub(r"[^0-9]", "", words)
    found = [Fax.name.ilike(f"%{safe}%", escape="\\"), Fax.remote_id.ilike(f"%{safe}%", escape="\\")]
    if len(digits) >= 3:
        short = digits.lstrip("0") or digits  # as it is dialled at home: 01 23 is +331 23
        found += [column.like(f"%{short}%") for column in (Fax.from_number, Fax.to_number)]
    return or_(*found)

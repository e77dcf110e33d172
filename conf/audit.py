"""The audit log: who did what, when, from where. Entries are added and read, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from conf.difference import Change, fields
from conf.models import AuditEntry, Document

PAGE = 50
LONGEST = 500  # characters of a value that are kept
MOST = 200  # fields of one change that are kept
HIDDEN = "***"
_SECRET = re.compile(r"(^|[^A-Za-z0-9])(password|secret|token|authorization|api[-_]?key|sip_a1|totp)s?\b", re.I)

Changed = tuple[str, Any, Any]  # field, before, after


@dataclass(frozen=True)
class Wanted:
    """What a reader looks for; "" and None are everything. `text` is looked for in names, logins and addresses."""

    text: str = ""
    actor: str = ""
    action: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Entries, the newest first. `older` reads on after them; "" at the end."""

    entries: Sequence[AuditEntry]
    older: str = ""


def record(
    session: Session,
    actor: str,
    address: str,
    action: str,
    kind: str = "",
    name: str = "",
    changes: Change | Iterable[Sequence[Any]] = (),
    *,
    subscriber_id: int | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Add an entry to the session's transaction. A subscriber's session writes that subscriber's.

    `changes`: a Change of a document, or (field, before, after). Values of secret fields are not kept.
    """
    triples = between(changes.before, changes.after) if isinstance(changes, Change) else changes
    entry = AuditEntry(
        actor=actor,
        address=address,
        action=action,
        kind=kind,
        name=name,
        changes=[_kept(*one) for one in list(triples)[:MOST]],
        subscriber_id=subscriber_id,
        at=at or datetime.now(UTC),
    )
    session.add(entry)
    return entry


def between(before: Document | None, after: Document | None) -> list[Changed]:
    """The fields at which two documents differ; None is no document."""
    return list(fields(before or {}, after or {}))


def read(session: Session, wanted: Wanted = Wanted(), after: str = "", most: int = PAGE) -> Page:  # noqa: B008
    """Entries from a place on (`Page.older`), the newest first. The operator's session reads the operator's own."""
    conditions = [*_conditions(session, wanted), *_after(after)]
    found = select(AuditEntry).where(*conditions).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    entries = list(session.scalars(found.limit(most + 1)))
    if len(entries) <= most:
        return Page(entries)
    last = entries[most - 1]
    return Page(entries[:most], f"{last.at.isoformat()}~{last.id}")


def _conditions(session: Session, wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if not isinstance(session.info.get("scope"), int):
        yield AuditEntry.subscriber_id.is_(None)
    if wanted.text:
        looked_in = (AuditEntry.name, AuditEntry.actor, AuditEntry.address)
        yield or_(*(column.icontains(wanted.text, autoescape=True) for column in looked_in))
    for column, value in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.action, wanted.action),
        (AuditEntry.kind, wanted.kind),
    ):
        if value:
            yield column == value
    if wanted.since:
        yield AuditEntry.at >= wanted.since
    if wanted.until:
        yield AuditEntry.at < wanted.until


def _after(place: str) -> Iterable[ColumnElement[bool]]:
    """What lies after a place; one that nobody gave out begins at the newest."""
    moment, _, number = place.partition("~")
    try:
        at, entry_id = datetime.fromisoformat(moment), int(number)
    except ValueError:
        return
    if at.tzinfo is not None and 0 <= entry_id < 1 << 63:
        yield or_(AuditEntry.at < at, and_(AuditEntry.at == at, AuditEntry.id < entry_id))


def _kept(field: str, before: Any, after: Any) -> list[Any]:
    if _SECRET.search(field):
        return [field, _hidden(before), _hidden(after)]
    return [field, _short(_without_secrets(before)), _short(_without_secrets(after))]


def _hidden(value: Any) -> Any:
    return HIDDEN if value and isinstance(value, str | bytes | int | list | dict) else None


def _without_secrets(value: Any) -> Any:
    match value:
        case dict():
            return {
                str(key): _hidden(one) if _SECRET.search(str(key)) else _without_secrets(one)
                for key, one in value.items()
            }
        case list() | tuple():
            return [_without_secrets(one) for one in value]
        case None | str() | bool() | int() | float():
            return value
        case datetime():
            return value.isoformat()
    return None  # `difference` has a thing of its own for what is not there


def _short(value: Any) -> Any:
    """A value of at most so many characters: a longer one is kept as its beginning."""
    text = value if isinstance(value, str) else repr(value)
    return value if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

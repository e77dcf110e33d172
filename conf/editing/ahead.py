"""Looking before the transaction that writes: what takes long is done while nobody has to wait for it.

A list of twenty thousand entries is checked and compared for seconds. SQLite has one writer, so it is done by a session
that only reads; the writer compares versions, and looks again when somebody was faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.editing import checking, stored
from conf.editing.kinds import ALL
from conf.entry_rows import Difference, difference
from conf.flow_checks import NONE, Checks
from conf.models import Document, NumberList
from conf.problems import Problem


@dataclass(frozen=True)
class Ahead:
    """What was found for `doc` when the subscriber's configuration had a version. `present` is what it is to replace.

    `warnings` are of the document's form: they hold whatever others do. `entries` is what of a list's is to be written.
    """

    version: int
    doc: Document = field(repr=False)
    present: Document | None = field(repr=False)
    warnings: tuple[Problem, ...]
    entries: Difference | None


def look_ahead(
    session: Session, subscriber_id: int, kind: str, name: str | None, doc: Document, *, checks: Checks = NONE
) -> Ahead:
    """Check a document's form, and compare it with what there is. A session that only reads will do.

    Raises ConfigurationError; LookupError when there is no document of that name. Not for the operator's kinds.
    """
    version = stored.version(session, subscriber_id)
    present = stored.document(session, subscriber_id, kind, name) if name is not None else None
    if name is not None and present is None:  # said first: what is wrong with the document is nobody else's business
        raise LookupError(f"no {ALL[kind].word} {name}")
    warnings = checking.refuse(checking.form(kind, doc, checks))
    entries = None
    if kind == "lists":
        mine = (NumberList.subscriber_id == subscriber_id, NumberList.name == name)
        row = session.scalars(select(NumberList.id).where(*mine)).one_or_none() if name is not None else None
        entries = difference(session, row, doc.get("entries", []))
    return Ahead(version, doc, present, tuple(warnings), entries)

"""Reading, saving and removing a rule or a checklist of the prompter: one document at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from conf.difference import Change, same
from conf.document_problems import check as check_form
from conf.editing.checking import HERE, placeless, refuse
from conf.editing.documents import Saved, etag
from conf.editing.kinds import Kind
from conf.editing.stale import Stale
from conf.editing.storable import unstorable
from conf.editing.stored import lock
from conf.models import Checklist, Document, PrompterRule
from conf.problems import N_, Problem
from conf.prompter import documents, shown

__all__ = ["KINDS", "MOST", "Stale", "etag", "form", "move", "read", "read_all", "remove", "save"]

KINDS = {
    "rules": Kind("rule", documents.Rule, PrompterRule, "name", "name"),
    "checklists": Kind("checklist", documents.Checklist, Checklist, "name", "name"),
}
MOST = 500  # of one kind

Check = Callable[[Document], Iterable[Problem]]


def nothing(_doc: Document) -> Iterable[Problem]:
    """No further check."""
    return ()


def read_all(session: Session, subscriber_id: int, kind: str) -> list[Document]:
    """The documents of a kind, rules or checklists, in their order."""
    row = KINDS[kind].row
    wanted = select(row.doc).where(row.subscriber_id == subscriber_id).order_by(row.position, row.id)
    return list(session.scalars(wanted))


def read(session: Session, subscriber_id: int, kind: str, name: str) -> Document:
    """One document. LookupError when there is none."""
    doc: Document = _row(session, subscriber_id, kind, name).doc
    return doc


def form(kind: str, doc: Any, check: Check = nothing) -> list[Problem]:
    """What is wrong within a document. `check` is `speech.hints.rule_problems` or `checklist_problems`."""
    found = list(unstorable(doc)) or [*map(placeless, check_form(KINDS[kind].model, doc, HERE))]
    return found or [*map(placeless, check(doc))]


def save(
    session: Session,
    subscriber_id: int,
    kind: str,
    name: str | None,
    doc: Document,
    *,
    check: Check = nothing,
    expected: str | None = None,
) -> Saved:
    """Write a document: over the one of a name, or a new one (None). One with another name is renamed.

    `expected` is the etag of what the editor had before it. The `change` of what comes back is for the audit log.

    Raises:
        ConfigurationError: with every problem, each with its field. Nothing was written.
        Stale: somebody else saved it meanwhile.
        LookupError: there is no document of that name.
    """
    about = KINDS[kind]
    lock(session, subscriber_id)
    row = _row(session, subscriber_id, kind, name) if name is not None else None
    present: Document | None = row.doc if row is not None else None
    _expect(expected, present)
    warnings = refuse(form(kind, doc, check))
    refuse([*_taken(session, subscriber_id, kind, name, doc)])
    if row is None:
        position = session.scalars(select(func.max(about.row.position)).where(_of(kind, subscriber_id))).one()
        row = about.row(subscriber_id=subscriber_id, doc=doc, position=0 if position is None else position + 1)
        session.add(row)
    elif present is not None and same(present, doc):
        return Saved(present, None, warnings=tuple(warnings))
    else:
        row.doc = doc
    session.flush()
    if kind == "rules" and name not in (None, doc["name"]):
        shown.renamed(session, subscriber_id, str(name), doc["name"])
    change = Change(about.word, doc["name"], "changed" if present else "added", present, doc, row.position)
    return Saved(doc, change, warnings=tuple(warnings))


def remove(session: Session, subscriber_id: int, kind: str, name: str, *, expected: str | None = None) -> Saved:
    """Remove a document. What it showed in past calls stays. Raises as `save` does."""
    lock(session, subscriber_id)
    row, about = _row(session, subscriber_id, kind, name), KINDS[kind]
    present: Document = row.doc
    _expect(expected, present)
    position = row.position
    session.delete(row)
    session.flush()
    later = update(about.row).where(_of(kind, subscriber_id), about.row.position > position)
    later = later.values(position=about.row.position - 1)
    session.execute(later, execution_options={"synchronize_session": False})
    return Saved(None, Change(about.word, name, "removed", present, None))


def move(session: Session, subscriber_id: int, kind: str, name: str, place: int) -> Saved:
    """Give a document another place, counted from 0; the others make room. Of equal priority, the first rule wins."""
    lock(session, subscriber_id)
    about = KINDS[kind]
    found = _row(session, subscriber_id, kind, name)
    wanted = select(about.row).where(_of(kind, subscriber_id)).order_by(about.row.position, about.row.id)
    others = [row for row in session.scalars(wanted) if row is not found]
    others.insert(min(max(place, 0), len(others)), found)
    if found.position == others.index(found):
        return Saved(found.doc, None)
    for position, row in enumerate(others):
        row.position = position
    session.flush()
    return Saved(found.doc, Change(about.word, name, "moved", found.doc, found.doc, found.position))


def _row(session: Session, subscriber_id: int, kind: str, name: str) -> Any:
    row = KINDS[kind].row
    wanted = select(row).where(_of(kind, subscriber_id), row.name == name)
    found = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise LookupError(f"no {KINDS[kind].word} {name}")
    return found


def _of(kind: str, subscriber_id: int) -> Any:
    return KINDS[kind].row.subscriber_id == subscriber_id


def _expect(expected: str | None, present: Document | None) -> None:
    if expected is not None and (present is None or etag(present) != expected):
        raise Stale(present)


def _taken(session: Session, subscriber_id: int, kind: str, name: str | None, doc: Document) -> Iterator[Problem]:
    names = list(session.scalars(select(KINDS[kind].row.name).where(_of(kind, subscriber_id))))
    if doc["name"] != name and doc["name"] in names:
        yield Problem("given_twice", N_("{name} exists already"), {"name": doc["name"]}, field="name")
    if name is None and len(names) >= MOST:
        yield Problem("too_many", N_("there are {most} already"), {"most": MOST})

"""The operator's folder: trunks."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.applied import Applied
from conf.difference import Change, compare, hidden
from conf.folder import Folder, Item
from conf.models import Document, Trunk
from conf.problems import N_, Problem
from conf.telephone import KEEP


def apply_trunks(session: Session, folder: Folder) -> Applied:
    """Bring the trunks to what the file says. A password of `***` keeps the one there is."""
    rows = {row.name: row for row in session.scalars(select(Trunk))}
    before = {name: (row.position, row.doc) for name, row in rows.items()}
    wanted = {item.doc["name"]: (position, _masked(item.doc)) for position, item in enumerate(folder.trunks)}
    changes = list(compare("trunk", before, wanted))
    for change in changes:
        if change.what == "removed":
            session.delete(rows.pop(change.name))
        elif change.what == "added":
            rows[change.name] = Trunk(doc=change.after, position=change.position)
            session.add(rows[change.name])
        else:
            rows[change.name].doc, rows[change.name].position = change.after or {}, change.position
    warnings = []
    for item in folder.trunks:
        changes += _password(rows[item.doc["name"]], item)
        if item.doc.get("password") == KEEP and not rows[item.doc["name"]].password:
            warnings.append(_nothing_kept(item))
    session.flush()
    return Applied("", tuple(changes), tuple(warnings))


def _masked(doc: Document) -> Document:
    return doc | {"password": KEEP} if "password" in doc else doc


def _password(row: Trunk, item: Item) -> list[Change]:
    before, given = row.password or "", item.doc.get("password", "")
    row.password = before if given == KEEP else given
    return list(hidden("password", row.name, before, row.password))


def _nothing_kept(item: Item) -> Problem:
    message = N_("keeps a password that is not there: give one")
    return item.problem(("password",), "no_password", message).at(severity="warning")

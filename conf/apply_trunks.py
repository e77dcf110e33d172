"""The operator's folder: trunks, and the outbound rules over them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from conf.applied import Applied
from conf.difference import Change, compare, hidden
from conf.folder import Folder, Item
from conf.models import Document, OutboundRule, Trunk
from conf.problems import N_, Problem
from conf.telephone import KEEP


def apply_trunks(session: Session, folder: Folder) -> Applied:
    """Bring trunks and rules to what the files say. A password of `***` keeps the one there is."""
    done = _trunks(session, folder)
    return replace(done, changes=(*done.changes, *_outbound(session, folder)))


def _outbound(session: Session, folder: Folder) -> list[Change]:
    rows = {row.name: row for row in session.scalars(select(OutboundRule))}
    before = {name: (row.position, row.doc) for name, row in rows.items()}
    wanted = {item.doc["name"]: (position, item.doc) for position, item in enumerate(folder.outbound)}
    changes = list(compare("outbound", before, wanted))
    for change in changes:
        if change.what == "removed":
            session.delete(rows[change.name])
        elif change.what == "added":
            session.add(OutboundRule(doc=change.after, position=change.position))
        else:
            rows[change.name].doc, rows[change.name].position = change.after or {}, change.position
    session.flush()
    return changes


def _trunks(session: Session, folder: Folder) -> Applied:
    rows = {row.name: row for row in session.scalars(select(Trunk))}
    before = {name: (row.position, row.doc) for name, row in rows.items()}
    wanted = {item.doc["name"]: (position, masked(item.doc)) for position, item in enumerate(folder.trunks)}
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
        changes += set_password(rows[item.doc["name"]], item.doc)
        warnings += nothing_kept(rows[item.doc["name"]], item)
    session.flush()
    return Applied("", tuple(changes), tuple(warnings))


def masked(doc: Document) -> Document:
    """A trunk's document as it is kept: never with the password."""
    return doc | {"password": KEEP} if "password" in doc else doc


def set_password(row: Trunk, doc: Document) -> list[Change]:
    """Give a trunk the password of its document; `***` keeps the one there is."""
    before, given = row.password or "", doc.get("password", "")
    row.password = before if given == KEEP else given
    return list(hidden("password", row.name, before, row.password))


def nothing_kept(row: Trunk, item: Item) -> list[Problem]:
    """A warning when a document keeps a password that is not there."""
    if item.doc.get("password") != KEEP or row.password:
        return []
    message = N_("keeps a password that is not there: give one")
    return [item.problem(("password",), "no_password", message).at(severity="warning")]

"""Documents whose order counts, such as outbound rules: pages and the API move them alike."""

from __future__ import annotations

from admin_ui.audit import noted
from admin_ui.database import db
from conf.editing import documents
from conf.editing.kinds import ALL


def order(owner: int, kind: str) -> list[str]:
    """The names of a kind's documents in their order."""
    return [doc[ALL[kind].key] for doc in documents.read_all(db.session(), owner, kind)]


def move(owner: int, kind: str, name: str, place: int) -> list[str]:
    """Give a document another place, counted from 0, and say so in the audit log; the order now. The caller commits.

    LookupError for a name that is not there.
    """
    before = order(owner, kind)
    if name not in before:
        raise LookupError(name)
    done = documents.move(db.session(), owner, kind, name, place)
    after = order(owner, kind)
    if done.change is not None:
        places = before.index(name) + 1, after.index(name) + 1
        noted("moved", done.change.kind, name, [("place", *places)])
    return after

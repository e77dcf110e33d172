"""Who may give roles. A session that may not is told so by `bound`; the pages and the API tell every one of theirs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from conf.folder import Folder
from conf.models import Document
from conf.problems import N_, Problem

FREE = ("agent", "fax")  # roles that anybody who edits users may give
FIRST = "administrator"
_BOUND = "gives_no_roles"


def bound(session: Session, *, is_bound: bool) -> None:
    """Say whether a session leaves roles, and those who have more than the free ones, as they are."""
    session.info[_BOUND] = is_bound


def refused(session: Session, before: Folder, present: Document | None, doc: Document | None) -> Iterator[Problem]:
    """What is not to be done to a user: `present` is None for a new one, `doc` for one that is removed."""
    if session.info.get(_BOUND):
        yield from _not_yours(present, doc)
    if present and present["role"] == FIRST and (doc is None or doc["role"] != FIRST):
        others = [item for item in before.users if item.doc["login"] != present["login"]]
        if not any(item.doc["role"] == FIRST for item in others):
            message = N_("somebody must stay administrator: make somebody else one first")
            yield Problem("last_administrator", message, field="role" if doc else "")


def _not_yours(present: Document | None, doc: Document | None) -> Iterator[Problem]:
    role = present["role"] if present else ""
    if doc is None:
        if role not in FREE:
            yield Problem("administrators", N_("only an administrator removes administrators and engineers"))
        return
    if doc["role"] != role and (present or doc["role"] not in FREE):
        yield Problem("administrators", N_("only an administrator gives this role, or takes it away"), field="role")
    if present and role not in FREE and doc["login"] != present["login"]:
        message = N_("only an administrator changes the mail address of administrators and engineers")
        yield Problem("administrators", message, field="login")

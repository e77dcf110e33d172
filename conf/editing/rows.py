"""One document's rows written, the way `apply` writes them; nothing else is touched."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from conf.apply_trunks import masked as masked_trunk
from conf.apply_trunks import set_password
from conf.difference import Change, hidden
from conf.editing.kinds import ALL, OPERATORS, SUBSCRIBER
from conf.entry_rows import Difference, set_entries
from conf.models import Document, Extension, Prompt, Subscriber, User
from conf.subscriber_rows import masked as masked_user
from conf.subscriber_rows import without_entries
from conf.telephone import KEEP, Credentials, equip

Made = tuple[list[Change], Credentials | None]


def kept(kind: str, doc: Document) -> Document:
    """A document as the database keeps it: without secrets."""
    if kind == "users":
        return masked_user(doc)
    return masked_trunk(doc) if kind == "trunks" else doc


def row(session: Session, subscriber_id: int, kind: str, name: str) -> Any:
    """The row of a document, as it is now. LookupError when there is none."""
    about = ALL[kind]
    wanted = select(about.row).where(getattr(about.row, about.column) == name)
    if kind == SUBSCRIBER:
        wanted = wanted.where(Subscriber.id == subscriber_id)
    elif kind not in OPERATORS:
        wanted = wanted.where(about.row.subscriber_id == subscriber_id)
    found = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise LookupError(f"no {about.word} {name}")
    return found


def put(
    session: Session,
    subscriber_id: int,
    kind: str,
    name: str | None,
    doc: Document,
    domain: str,
    entries: Difference | None = None,
) -> Made:
    """Write a document over the one of a name, or as a new one at the end. `entries`: what of a list's differs."""
    if name is None:
        found = _new(session, subscriber_id, kind, doc)
    else:
        found = row(session, subscriber_id, kind, name)
        found.doc = without_entries(doc) if kind == "lists" else kept(kind, doc)
    session.flush()
    made: Made = ([], None)
    if kind == "users":
        made = _telephone(session, subscriber_id, found, doc, domain)
    elif kind == "lists":
        set_entries(session, found, doc.get("entries", []), entries)
    elif kind == "trunks":
        made = (set_password(found, doc), None)
    elif kind == "prompts":
        made = (_silence(found), None)
    session.flush()
    return made


def drop(session: Session, subscriber_id: int, kind: str, name: str) -> None:
    """Delete a document's rows; those after it move up, so that the order of a file has no holes."""
    found, about = row(session, subscriber_id, kind, name), ALL[kind].row
    if kind == "users":
        _extension(session, subscriber_id, found, "")
    session.delete(found)
    session.flush()
    if kind == "extensions":
        _shift(session, subscriber_id, found.position, -1, of_users=False)
        return
    later = update(about).where(about.position > found.position).values(position=about.position - 1)
    if kind not in OPERATORS:
        later = later.where(about.subscriber_id == subscriber_id)
    session.execute(later, execution_options={"synchronize_session": False})


def _new(session: Session, subscriber_id: int, kind: str, doc: Document) -> Any:
    about = ALL[kind].row
    last = select(func.max(about.position))
    if kind not in OPERATORS:
        last = last.where(about.subscriber_id == subscriber_id)
    if kind == "extensions":
        last = last.where(Extension.kind != "user")
    position = session.scalars(last).one()
    owner = {} if kind in OPERATORS else {"subscriber_id": subscriber_id}
    made = about(doc=without_entries(doc) if kind == "lists" else kept(kind, doc), **owner)
    made.position = 0 if position is None else position + 1
    session.add(made)
    return made


def _silence(prompt: Prompt) -> list[Change]:
    """A prompt that names no file any more has no sound."""
    if prompt.doc.get("file") or not prompt.sound:
        return []
    gone = list(hidden("sound", prompt.name, prompt.sound, ""))
    prompt.sound = ""
    return gone


def _telephone(session: Session, subscriber_id: int, user: User, doc: Document, domain: str) -> Made:
    before = user.sip_a1
    made = equip(user, doc.get("extension", ""), domain, doc.get("sip_password", KEEP))
    changes = list(hidden("telephone", user.login, before, user.sip_a1))
    _extension(session, subscriber_id, user, doc.get("extension", ""))
    return changes, made


def _extension(session: Session, subscriber_id: int, user: User, number: str) -> None:
    """A user's extension is a row too. They stand in the order of their users."""
    of_user = select(Extension).where(Extension.subscriber_id == subscriber_id, Extension.user_id == user.id)
    found = session.scalars(of_user.execution_options(populate_existing=True)).one_or_none()
    doc = {"extension": number, "user": user.login}
    if found is not None and number:
        found.doc = doc
    elif found is not None:
        session.delete(found)
        session.flush()
        _shift(session, subscriber_id, found.position, -1)
    elif number:
        before = select(func.count(Extension.id)).join(User, User.id == Extension.user_id)
        before = before.where(Extension.subscriber_id == subscriber_id, User.position < user.position)
        place = session.scalars(before).one()
        _shift(session, subscriber_id, place - 1, 1)
        session.add(Extension(subscriber_id=subscriber_id, doc=doc, user_id=user.id, position=place))


def _shift(session: Session, subscriber_id: int, after: int, by: int, *, of_users: bool = True) -> None:
    """Move the extensions after a place: those of users, or the others."""
    here = update(Extension).where(Extension.subscriber_id == subscriber_id, Extension.position > after)
    here = here.where(Extension.kind == "user" if of_users else Extension.kind != "user")
    here = here.values(position=Extension.position + by)
    session.execute(here, execution_options={"synchronize_session": False})

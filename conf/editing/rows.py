"""One document's rows written, the way `apply` writes them; nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from conf.apply_trunks import masked as masked_trunk
from conf.apply_trunks import set_password
from conf.difference import Change, hidden
from conf.editing.kinds import ALL, OPERATORS, SUBSCRIBER
from conf.models import Document, Extension, Prompt, Subscriber, User
from conf.subscriber_rows import masked as masked_user
from conf.subscriber_rows import set_entries, without_entries
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


def put(session: Session, subscriber_id: int, kind: str, name: str | None, doc: Document, domain: str) -> Made:
    """Write a document over the one of a name, or as a new one at the end."""
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
        set_entries(found, doc.get("entries", []))
    elif kind == "trunks":
        made = (set_password(found, doc), None)
    elif kind == "prompts":
        made = (_silence(found), None)
    session.flush()
    return made


def drop(session: Session, subscriber_id: int, kind: str, name: str) -> None:
    """Delete a document's rows; those after it move up, so that the order of a file has no holes."""
    found, about = row(session, subscriber_id, kind, name), ALL[kind].row
    session.delete(found)
    session.flush()
    later = update(about).where(about.position > found.position).values(position=about.position - 1)
    if kind not in OPERATORS:
        later = later.where(about.subscriber_id == subscriber_id)
    if kind == "extensions":
        later = later.where(Extension.kind != "user")
    session.execute(later, execution_options={"synchronize_session": False})
    if kind == "users":
        _order_extensions(session, subscriber_id)


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
    of_user = select(Extension).where(Extension.subscriber_id == subscriber_id, Extension.user_id == user.id)
    found = session.scalars(of_user.execution_options(populate_existing=True)).one_or_none()
    if not number:
        if found is not None:
            session.delete(found)
            session.flush()
            _order_extensions(session, subscriber_id)
        return
    doc = {"extension": number, "user": user.login}
    if found is not None:
        found.doc = doc
        return
    session.add(Extension(subscriber_id=subscriber_id, doc=doc, user_id=user.id))
    session.flush()
    _order_extensions(session, subscriber_id)


def _order_extensions(session: Session, subscriber_id: int) -> None:
    """The extensions of users stand in the order of their users."""
    placed = (
        select(Extension.id, Extension.position)
        .join(User, User.id == Extension.user_id)
        .where(Extension.subscriber_id == subscriber_id)
        .order_by(User.position, User.id)
    )
    wrong = {key: place for place, (key, now) in enumerate(session.execute(placed)) if place != now}
    for extension in _by_id(session, subscriber_id, wrong):
        extension.position = wrong[extension.id]
    session.flush()


def _by_id(session: Session, subscriber_id: int, keys: dict[int, int]) -> Iterator[Extension]:
    if keys:
        wanted = select(Extension).where(Extension.subscriber_id == subscriber_id, Extension.user_id.is_not(None))
        yield from (found for found in session.scalars(wanted) if found.id in keys)

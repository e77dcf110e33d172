"""What the database holds, as the folder that the checks of `apply` look at. Lists come without their entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from conf.editing.flow_names import named
from conf.editing.kinds import ALL, KINDS, OPERATORS, SUBSCRIBER
from conf.folder import Folder, Item
from conf.models import Document, Extension, Flow, FlowVersion, ListEntry, NumberList, Subscriber
from conf.publishing import entered, pinned
from conf.yaml_source import Source

NOWHERE = Path("/nonexistent")


def lock(session: Session, subscriber_id: int) -> int:
    """Let one edit of a subscriber happen at a time: each is checked against what the others left.

    The version of what they left: whatever was looked at before is as it was while the version is the same.
    """
    return _version(session, subscriber_id, select(Subscriber.version).with_for_update())


def version(session: Session, subscriber_id: int) -> int:
    """The version of a subscriber's configuration, drafts of flows apart. LookupError when there is none."""
    return _version(session, subscriber_id, select(Subscriber.version))


def _version(session: Session, subscriber_id: int, wanted: Select[Any]) -> int:
    found: int | None = session.scalars(wanted.where(Subscriber.id == subscriber_id)).one_or_none()
    if found is None:
        raise LookupError(f"no subscriber {subscriber_id}")
    return found


def folder(session: Session, subscriber_id: int) -> Folder:
    """A subscriber's documents and published flows; for an operator's session of nobody, trunks and rules."""
    if not subscriber_id:
        return Folder(NOWHERE, trunks=_items(session, 0, "trunks"), outbound=_items(session, 0, "outbound"))
    found: dict[str, Any] = {kind: _items(session, subscriber_id, kind) for kind in KINDS}
    about = session.scalars(select(Subscriber.doc).where(Subscriber.id == subscriber_id)).one()
    flows = session.execute(
        select(Flow.name, FlowVersion.doc, FlowVersion.pins)
        .join(FlowVersion, (FlowVersion.flow_id == Flow.id) & (FlowVersion.version == Flow.published))
        .where(Flow.subscriber_id == subscriber_id)
        .order_by(Flow.name)
    )
    items = tuple(item("flows", name, pinned(doc, pins)) for name, doc, pins in flows)
    return Folder(NOWHERE, subscriber=item(SUBSCRIBER, about["slug"], about), flows=items, **found)


def leading(session: Session, subscriber_id: int, flows: Iterable[Document]) -> Folder:
    """The documents that can lead to a flow, beside the published flows, which are given."""
    found: dict[str, Any] = {kind: _items(session, subscriber_id, kind) for kind in ("extensions", "numbers", "lists")}
    return Folder(NOWHERE, flows=tuple(item("flows", doc["name"], doc) for doc in flows), **found)


def rehearsable(session: Session, subscriber_id: int, folder: Folder, doc: Document) -> Folder:
    """The folder with the entries of the lists that a flow, and those that it enters, look numbers up in."""
    docs, ahead = {item.doc["name"]: item.doc for item in folder.flows}, [doc]
    wanted: set[str] = set()
    while ahead:
        here = ahead.pop()
        wanted |= {name for kind, name, _ in named(here) if kind == "lists"}
        ahead += [docs.pop(name) for name in entered(here) if name in docs]
    whole = {name: document(session, subscriber_id, "lists", name) for name in wanted}
    items = (replace(found, doc=whole.get(found.doc["name"]) or found.doc) for found in folder.lists)
    return folder.having("lists", tuple(items))


def item(kind: str, name: str, doc: Document) -> Item:
    """A document as the checks see it; a problem's `file` is its kind and name."""
    return Item(doc, Source(f"{kind}/{name}"))


def document(session: Session, subscriber_id: int, kind: str, name: str) -> Document | None:
    """One document, whole; None when there is none. A user's extension is no document of its own."""
    about = ALL[kind]
    wanted = _of(select(about.row.doc), subscriber_id, kind).where(getattr(about.row, about.column) == name)
    doc: Document | None = session.scalars(wanted).one_or_none()
    if doc is None or kind != "lists":
        return doc
    entries = select(ListEntry.doc).join(NumberList, NumberList.id == ListEntry.list_id)
    here = entries.where(NumberList.subscriber_id == subscriber_id, NumberList.name == name)
    return _whole(doc, session.scalars(here.order_by(ListEntry.position, ListEntry.id)))


def documents(session: Session, subscriber_id: int, kind: str) -> list[Document]:
    """The documents of a kind, in order, whole."""
    docs = [item.doc for item in _items(session, subscriber_id, kind)]
    if kind != "lists":
        return docs
    entries: dict[str, list[Document]] = {doc["name"]: [] for doc in docs}
    wanted = (
        select(NumberList.name, ListEntry.doc)
        .join(ListEntry, ListEntry.list_id == NumberList.id)
        .where(NumberList.subscriber_id == subscriber_id)
        .order_by(ListEntry.position, ListEntry.id)
    )
    for name, doc in session.execute(wanted):
        entries[name].append(doc)
    return [_whole(doc, entries[doc["name"]]) for doc in docs]


def _whole(doc: Document, entries: Iterable[Document]) -> Document:
    return {key: list(entries) if key == "entries" else value for key, value in doc.items()}


def _items(session: Session, subscriber_id: int, kind: str) -> tuple[Item, ...]:
    about = ALL[kind]
    wanted = _of(select(getattr(about.row, about.column), about.row.doc), subscriber_id, kind)
    if kind != SUBSCRIBER:
        wanted = wanted.order_by(about.row.position, about.row.id)
    return tuple(item(kind, name, doc) for name, doc in session.execute(wanted))


def _of(wanted: Select[Any], subscriber_id: int, kind: str) -> Select[Any]:
    if kind == SUBSCRIBER:
        return wanted.where(Subscriber.id == subscriber_id)
    if kind in OPERATORS:
        return wanted
    wanted = wanted.where(ALL[kind].row.subscriber_id == subscriber_id)
    return wanted.where(Extension.kind != "user") if kind == "extensions" else wanted

"""The entries of a list, page by page from the database: a list may have a hundred thousand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, String, cast, func, or_, select

from admin_ui.database import db
from admin_ui.forms import opening
from admin_ui.forms.entries import kind, written
from admin_ui.person import me, subscriber_id
from conf.models import Document, ListEntry, NumberList

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """A row of the table. `expired`: its last day has passed."""

    id: int
    doc: Document
    kind: str
    text: str
    expired: bool


@dataclass(frozen=True)
class Entries:
    """A page of entries. `all` counts them all, `found` those that a search finds."""

    rows: list[Entry]
    all: int
    found: int
    page: int
    pages: int
    text: str
    what: str

    def address(self, page: int | None = None) -> str:
        """The address of another page, or of this view."""
        kept = {"q": self.text, "what": self.what, "page": page or self.page}
        return "?" + urlencode({key: value for key, value in kept.items() if value and value != 1})


def page(name: str, args: Mapping[str, str]) -> Entries:
    """The page that an address asks for: `q` in entries and notes, `what` a kind or `expired`."""
    text, what = args.get("q", "").strip(), args.get("what", "")
    mine = select(NumberList.id).where(NumberList.name == name, NumberList.subscriber_id == subscriber_id())
    of_list = [ListEntry.list_id == mine.scalar_subquery()]
    wanted = [*of_list, *_search(text), *_of_kind(what)]
    every = _count(of_list)
    found = _count(wanted) if len(wanted) > 1 else every
    pages = max(1, -(-found // PAGE))
    given = args.get("page", "")
    number = min(max(int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 1, 1), pages)
    chosen = select(ListEntry).where(*wanted).order_by(ListEntry.position, ListEntry.id)
    rows = db.session.scalars(chosen.limit(PAGE).offset((number - 1) * PAGE))
    return Entries([entry(row) for row in rows], every, found, number, pages, text, what)


def entry(row: ListEntry) -> Entry:
    """One entry."""
    until = row.doc.get("until", "")
    return Entry(row.id, row.doc, kind(row.doc), written(row.doc), bool(until) and until < today())


def one(name: str, entry_id: int) -> ListEntry | None:
    """An entry of a list."""
    wanted = select(ListEntry).join(NumberList, NumberList.id == ListEntry.list_id)
    wanted = wanted.where(ListEntry.id == entry_id, NumberList.name == name)
    return db.session.scalars(wanted.where(NumberList.subscriber_id == subscriber_id())).one_or_none()


def ids(name: str) -> list[int]:
    """The ids of all entries of a list, in their order."""
    wanted = select(ListEntry.id).join(NumberList, NumberList.id == ListEntry.list_id)
    wanted = wanted.where(NumberList.name == name, NumberList.subscriber_id == subscriber_id())
    return list(db.session.scalars(wanted.order_by(ListEntry.position, ListEntry.id)))


def today() -> str:
    """The subscriber's day."""
    return datetime.now(UTC).astimezone(opening.zone_of({}, me().time_zone)).date().isoformat()


def _count(wanted: list[Any]) -> int:
    return db.session.scalars(select(func.count()).select_from(ListEntry).where(*wanted)).one()


def _search(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    looked = [ListEntry.value.icontains(text, autoescape=True)]
    bare = text.replace(" ", "").removeprefix("0")
    if bare and bare.isdigit():
        looked.append(ListEntry.value.contains(bare, autoescape=True))
    inside = json.dumps(text)[1:-1]  # as notes stand in the documents
    return [or_(*looked, cast(ListEntry.doc, String).icontains(inside, autoescape=True))]


def _of_kind(what: str) -> list[ColumnElement[bool]]:
    match what:
        case "prefix":
            return [ListEntry.kind == "number", ListEntry.value.endswith("*")]
        case "number":
            return [ListEntry.kind == "number", ~ListEntry.value.endswith("*")]
        case "anonymous" | "country" | "regex":
            return [ListEntry.kind == what]
        case "expired":
            until = ListEntry.doc["until"].as_string()
            return [until.is_not(None), until < today()]
    return []

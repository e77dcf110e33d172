"""The entries of a list as rows: those that stay are left alone, since they count their hits and may be thousands."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from conf.models import Document, ListEntry, NumberList

T = TypeVar("T")
CHUNK = 500  # rows of one statement


@dataclass(frozen=True)
class Difference:
    """What is to be written so that a list has other entries: rows by their ids, new ones by their position."""

    new: Sequence[tuple[int, Document]] = field(repr=False)
    moved: dict[int, int] = field(repr=False)
    gone: Sequence[int] = field(repr=False)


def difference(session: Session, list_id: int | None, docs: Iterable[Document]) -> Difference:
    """What leads from the entries of a list, of a new one for None, to others."""
    kept: dict[str, list[tuple[int, int]]] = defaultdict(list)
    here = select(ListEntry.id, ListEntry.position, ListEntry.doc).where(ListEntry.list_id == list_id)
    found = session.execute(here.order_by(ListEntry.position.desc(), ListEntry.id.desc())) if list_id else ()
    for key, position, doc in found:
        kept[json.dumps(doc)].append((key, position))
    new, moved, last = [], {}, -1
    for doc in docs:
        same = kept[json.dumps(doc)]
        if same:
            key, position = same.pop()
            if position <= last:
                moved[key] = position = last + 1
        else:
            position = last + 1
            new.append((position, doc))
        last = position
    return Difference(new, moved, [key for rows in kept.values() for key, _ in rows])


def set_entries(session: Session, row: NumberList, docs: list[Document], found: Difference | None = None) -> None:
    """Give a list its entries, in their order. Only what differs is written; `found` says what, where it is known."""
    session.flush()
    found = found or difference(session, row.id, docs)
    _remove(session, row, found.gone)
    _move(session, row, found.moved)
    session.flush()
    for chunk in _chunks(found.new):
        session.execute(insert(ListEntry), [_values(row, position, doc) for position, doc in chunk])


def _values(row: NumberList, position: int, doc: Document) -> Document:
    kind, value = ListEntry.columns(doc)
    place = {"subscriber_id": row.subscriber_id, "list_id": row.id, "position": position}
    return {**place, "doc": doc, "kind": kind, "value": value}


def _remove(session: Session, row: NumberList, keys: Iterable[int]) -> None:
    for chunk in _chunks(keys):
        gone = delete(ListEntry).where(ListEntry.list_id == row.id, ListEntry.id.in_(chunk))
        session.execute(gone, execution_options={"synchronize_session": False})


def _move(session: Session, row: NumberList, places: dict[int, int]) -> None:
    for chunk in _chunks(places):
        for entry in session.scalars(select(ListEntry).where(ListEntry.list_id == row.id, ListEntry.id.in_(chunk))):
            entry.position = places[entry.id]


def _chunks(keys: Iterable[T]) -> Iterator[list[T]]:
    left = iter(keys)
    while chunk := list(islice(left, CHUNK)):
        yield chunk

"""The entries of a list as rows: those that stay are left alone, since they count their hits and may be thousands."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from conf.models import Document, ListEntry, NumberList

CHUNK = 500  # rows of one statement


def set_entries(session: Session, row: NumberList, docs: list[Document]) -> None:
    """Give a list its entries, in their order. Only what differs is written."""
    session.flush()
    kept: dict[str, list[tuple[int, int]]] = defaultdict(list)
    here = select(ListEntry.id, ListEntry.position, ListEntry.doc).where(ListEntry.list_id == row.id)
    for key, position, doc in session.execute(here.order_by(ListEntry.position.desc(), ListEntry.id.desc())):
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
            new.append(ListEntry(subscriber_id=row.subscriber_id, list_id=row.id, doc=doc, position=position))
        last = position
    _remove(session, row, [key for rows in kept.values() for key, _ in rows])
    _move(session, row, moved)
    session.add_all(new)
    session.flush()


def _remove(session: Session, row: NumberList, keys: list[int]) -> None:
    for chunk in _chunks(keys):
        gone = delete(ListEntry).where(ListEntry.list_id == row.id, ListEntry.id.in_(chunk))
        session.execute(gone, execution_options={"synchronize_session": False})


def _move(session: Session, row: NumberList, places: dict[int, int]) -> None:
    for chunk in _chunks(places):
        for entry in session.scalars(select(ListEntry).where(ListEntry.list_id == row.id, ListEntry.id.in_(chunk))):
            entry.position = places[entry.id]


def _chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    left = iter(keys)
    while chunk := list(islice(left, CHUNK)):
        yield chunk

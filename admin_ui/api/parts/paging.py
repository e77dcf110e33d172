"""Pages of a list: `?limit=50&cursor=...`. A cursor says where the page before ended; nobody needs to read it."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from pydantic import BaseModel, Field, create_model
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from admin_ui.api.parts.answers import Answer, answer
from admin_ui.api.parts.input import Query
from conf.problems import N_, ConfigurationError, Problem

LARGEST = 200
T = TypeVar("T")
Order = Sequence[tuple[InstrumentedAttribute[Any], bool]]  # a column, and whether it falls


class Paging(Query):
    """The query of every list."""

    limit: int = Field(50, ge=1, le=LARGEST, description="How many at most.")
    cursor: str = Field("", max_length=1000, description="`next` of the page before; nothing: from the beginning.")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Items of one page. `next` is the cursor of the page after it; "" at the end."""

    items: Sequence[T]
    next: str = ""


def listing(model: type[BaseModel]) -> type[BaseModel]:
    """The model of a page of some model, for `blueprint.output`."""
    return create_model(
        f"{model.__name__}List",
        __doc__="A page of a list.",
        items=(list[model], ...),  # type: ignore[valid-type]
        next=(str | None, Field(description="The cursor of the page after this one; null at the end.")),
    )


def listed(page: Page[Any], shown: Callable[[Any], Any] = lambda item: item) -> Answer:
    """The answer that has a page, with the link to the one after it."""
    link = ""
    if page.next:
        link = f"{request.path}?{urlencode({**request.args.to_dict(), 'cursor': page.next})}"
    return answer({"items": [shown(item) for item in page.items], "next": page.next or None}, link=link)


def keyset(session: Session, wanted: Select[T], order: Order, query: Paging) -> Page[T]:
    """A page of a statement's rows by columns of which the last is unique: as quick at its end as at its start."""
    if query.cursor:
        wanted = wanted.where(_beyond(order, _values(query.cursor, order)))
    wanted = wanted.order_by(*(column.desc() if falls else column.asc() for column, falls in order))
    rows = session.scalars(wanted.limit(query.limit + 1)).all()
    if len(rows) <= query.limit:
        return Page(rows)
    last = rows[query.limit - 1]
    return Page(rows[: query.limit], _cursor([getattr(last, column.key) for column, _ in order]))


def cut(items: Sequence[T], name: Callable[[T], str], query: Paging) -> Page[T]:
    """A page of a list in memory. Names are unique; where one has gone meanwhile, its place counts."""
    start = 0
    if query.cursor:
        place, last = _values(query.cursor, (int, str))
        there = next((index for index, item in enumerate(items) if name(item) == last), None)
        start = place if there is None else there + 1
    end = start + query.limit
    if end >= len(items):
        return Page(items[start:])
    return Page(items[start:end], _cursor([end, name(items[end - 1])]))


def _beyond(order: Order, values: Sequence[Any]) -> ColumnElement[bool]:
    """What lies after some values: written out, since columns may rise and fall."""
    alternatives = []
    for index, (column, falls) in enumerate(order):
        equal = [before == value for (before, _), value in zip(order[:index], values, strict=False)]
        further = column < values[index] if falls else column > values[index]
        alternatives.append(and_(*equal, further))
    return or_(*alternatives)


def _cursor(values: Sequence[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _values(cursor: str, order: Order | Sequence[type[Any]]) -> list[Any]:
    """What a cursor says. Raises ConfigurationError for one that was not given out."""
    types = [one if isinstance(one, type) else one[0].type.python_type for one in order]
    try:
        plain = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(plain, list):
            raise TypeError
        return [_typed(value, kind) for value, kind in zip(plain, types, strict=True)]
    except (ValueError, TypeError, RecursionError, binascii.Error):
        message = N_("is no cursor that was given out")
        raise ConfigurationError([Problem("bad_cursor", message, field="cursor")]) from None


def _typed(value: Any, kind: type[Any]) -> Any:
    if kind is datetime:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError
        return found
    if type(value) is not kind:
        raise TypeError
    if (isinstance(value, int) and not 0 <= value < 1 << 63) or (isinstance(value, str) and "\0" in value):
        raise ValueError
    return value

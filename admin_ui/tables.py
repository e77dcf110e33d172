"""Tables of documents: searched, filtered, sorted, paged and exported by what stands in the address."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Response, request

PAGE = 50
R = TypeVar("R")


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column. `value` gives what is sorted and exported; the template decides how a cell looks."""

    name: str
    title: Any
    value: Callable[[R], Any]
    right: bool = False
    main: bool = False  # the cell that names the row


@dataclass(frozen=True)
class Filter(Generic[R]):
    """A choice above the table: `options` are (value, title), `fits` says whether a row is shown."""

    name: str
    title: Any
    options: Sequence[tuple[str, Any]]
    fits: Callable[[R, str], bool]


@dataclass
class Table(Generic[R]):
    """A view of rows as the request's address asks for it. `searched` gives the texts that a search looks in."""

    name: str
    columns: Sequence[Column[R]]
    all_rows: Sequence[R]
    searched: Callable[[R], Iterable[str]]
    filters: Sequence[Filter[R]] = ()
    args: dict[str, str] = field(default_factory=lambda: request.args.to_dict())

    def __post_init__(self) -> None:
        # A cell repeats its column's title: it is translated once.
        self.columns = [replace(column, title=str(column.title)) for column in self.columns]
        self.text = self.args.get("q", "").strip()
        self.sort = self.args.get("sort", "")
        self.chosen = {one.name: self.args[one.name] for one in self.filters if self.args.get(one.name)}
        self.found = self._sorted([row for row in self.all_rows if self._fits(row)])
        self.pages = max(1, -(-len(self.found) // PAGE))
        page = self.args.get("page", "")
        given = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
        self.page = min(max(given, 1), self.pages)

    @property
    def rows(self) -> list[R]:
        """The rows of this page."""
        return self.found[(self.page - 1) * PAGE : self.page * PAGE]

    def address(self, **changes: str | int | None) -> str:
        """This view with something changed; None takes a part out."""
        kept = {**self.args, **changes}
        return "?" + urlencode({key: value for key, value in kept.items() if value not in (None, "")})

    def sorted_by(self, column: str) -> str:
        """The address that sorts by a column, the other way round when it is sorted so already."""
        return self.address(sort=f"-{column}" if self.sort == column else column, page=None)

    def direction(self, column: str) -> str:
        """For `aria-sort`."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort, "none")

    def csv(self) -> Response:
        """Every row that was found, as a file for a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([str(column.title) for column in self.columns])
        for row in self.found:
            writer.writerow([cell(column.value(row)) for column in self.columns])
        return Response(
            "\ufeff" + out.getvalue(),  # spreadsheets take it for UTF-8 by this
            mimetype="text/csv",
            headers={"Content-Disposition": f'attachment; filename="{self.name}.csv"'},
        )

    def _fits(self, row: R) -> bool:
        if self.text and not any(self.text.casefold() in text.casefold() for text in self.searched(row)):
            return False
        return all(one.fits(row, self.chosen[one.name]) for one in self.filters if one.name in self.chosen)

    def _sorted(self, rows: list[R]) -> list[R]:
        column = next((one for one in self.columns if one.name == self.sort.removeprefix("-")), None)
        if column is None:
            return rows
        return sorted(rows, key=lambda row: _key(column.value(row)), reverse=self.sort.startswith("-"))


def cell(value: Any) -> str:
    """A value as a spreadsheet may read it: what would be taken for a formula is marked as text."""
    text = "" if value is None else str(value)
    is_number = text[1:].replace(".", "", 1).isdigit()
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not (is_number and text[:1] in "+-") else text


def _key(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool | int | float):
        return (0, value)
    return (1, str(value or "").casefold())

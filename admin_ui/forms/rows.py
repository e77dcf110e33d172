"""Fields of several rows, such as the exceptions of a schedule: `exceptions.0.date`, `exceptions.0.note` ..."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from admin_ui.forms.field import Field, Inputs
from conf.models import Document

Row = dict[str, list[str]]  # values by the name of the cell


@dataclass(frozen=True, kw_only=True)
class Rows(Field):
    """A list of a document, a row for each item. Rows that were left empty are not there."""

    default: Any = ()
    widget: ClassVar[str] = "rows"

    def row(self, item: Any) -> Row:
        """What the row of an item shows."""
        raise NotImplementedError

    def item(self, row: Row) -> Any:
        """The item that a row means."""
        raise NotImplementedError

    def is_empty(self, row: Row) -> bool:
        """Whether nothing was written into a row."""
        return not any(value.strip() for values in row.values() for value in values)

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return self._flat([self.row(item) for item in self.of(doc)])

    def read(self, sent: Inputs) -> Document:
        items = [self.item(row) for row in self.rows(sent)]
        return {self.name: items} if items else {}

    def settled(self, sent: Inputs) -> dict[str, list[str]]:
        return self._flat(self.rows(self.mine(sent)))

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return f"{self.name}.{path[1]}" if len(path) > 1 else self.name

    def rows(self, sent: Mapping[str, list[str]]) -> list[Row]:
        """The rows that say something, in order."""
        found: dict[int, Row] = defaultdict(dict)
        for key, values in sent.items():
            name, _, rest = key.partition(".")
            number, _, cell = rest.partition(".")
            if name == self.name and number.isdigit() and len(number) < 6 and cell:
                found[int(number)][cell] = values
        return [row for _, row in sorted(found.items()) if not self.is_empty(row)]

    def _flat(self, rows: list[Row]) -> dict[str, list[str]]:
        return {
            f"{self.name}.{number}.{cell}": values for number, row in enumerate(rows) for cell, values in row.items()
        }


def cell(row: Row, name: str) -> str:
    """One value of a row."""
    return (row.get(name) or [""])[0].strip()

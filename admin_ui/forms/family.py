"""A family of documents: what its pages are called, show and say; the views are shared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from admin_ui.database import db
from admin_ui.forms.form import Form
from admin_ui.person import subscriber_id
from admin_ui.tables import Column, Filter, Table
from conf.editing import documents
from conf.editing.kinds import ALL, OPERATORS
from conf.models import Document


def _whole(doc: Document, _present: Document) -> Document:
    return doc


def _same(doc: Document) -> Document:
    return doc


def _none(*_anything: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Words:
    """What a family is called. `empty` teaches, `sure` asks before removing, with %(name)s."""

    title: Any
    about: Any
    new: Any
    empty: Any
    sure: Any
    icon: str


@dataclass(frozen=True)
class Family:
    """`told` says in a sentence what a document does to callers. `columns` and `searched` make its table.

    `shown` is the part of a document that its form edits, `whole` puts the rest back. `copied` is what a duplicate
    begins with, `fresh` what a new document does. `more` is what else the page of a document shows.
    """

    kind: str
    permission: str
    words: Words
    form: Callable[[], Form]
    columns: Sequence[Column[Document]]
    searched: Callable[[Document], list[str]]
    told: Callable[[Document], str]
    filters: Callable[[], Sequence[Filter[Document]]] = tuple
    rows: Callable[[], list[Document]] | None = None
    shown: Callable[[Document], Document] = _same
    whole: Callable[[Document, Document], Document] = _whole
    fresh: Callable[[], Document] = field(default=dict)
    copied: Callable[[Document], Document] | None = None
    more: Callable[[str, Document], dict[str, Any]] = _none
    stays: bool = False  # after saving, the page of the document is shown again, not the list

    @property
    def key(self) -> str:
        """The field of a document that names it."""
        return ALL[self.kind].key

    @property
    def word(self) -> str:
        """What the audit log calls it."""
        return ALL[self.kind].word

    def owner(self) -> int:
        """Whose the documents are: this person's subscriber, or 0 for the operator's kinds."""
        return 0 if self.kind in OPERATORS else subscriber_id()

    def table(self) -> Table[Document]:
        """The table of the request's address."""
        rows = self.rows() if self.rows else documents.read_all(db.session(), self.owner(), self.kind)
        return Table(self.kind, self.columns, rows, self.searched, self.filters())

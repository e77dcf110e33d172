"""The views that a list and its entries share: a list is shown without reading all its entries."""

from __future__ import annotations

from typing import Any

from flask import abort
from sqlalchemy import select

from admin_ui.database import db
from admin_ui.pages.documents import Views
from admin_ui.person import subscriber_id
from conf.models import Document, NumberList


def shown(doc: Document) -> Document:
    """A list without its entries."""
    return {key: value for key, value in doc.items() if key != "entries"}


class Lists(Views):
    """The views of lists: a list is shown without reading all its entries."""

    def _shown(self, name: str) -> Document:
        wanted = select(NumberList.doc).where(NumberList.name == name, NumberList.subscriber_id == subscriber_id())
        doc = db.session.scalars(wanted).one_or_none()
        if doc is None:
            abort(404)
        return shown(doc)

    def doc(self, name: str) -> Document:
        """A list with its entries."""
        return self._present(name)

    def with_entry(self, name: str, entry: dict[str, Any]) -> str:
        """The page of a list, with an entry in its form that was not right."""
        shown = self._shown(name)
        return self._form(self.family.form().filled(shown), shown, name, chosen=entry)

    @staticmethod
    def with_entries(doc: Document, entries: list[Document]) -> Document:
        """A list with other entries."""
        return {**doc, "entries": entries}

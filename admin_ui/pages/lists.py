"""Black and white lists: what they are, and what those on them meet. Their entries have views of their own."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from admin_ui import words as telephony
from admin_ui.database import db
from admin_ui.forms import entry_table, options
from admin_ui.forms.composed import Meets
from admin_ui.forms.family import Family, Words
from admin_ui.forms.field import Area, Choice, Text
from admin_ui.forms.form import Form, Section
from admin_ui.forms.list_trial import met
from admin_ui.pages import list_entries
from admin_ui.pages.documents import pages
from admin_ui.pages.list_views import Lists, shown
from admin_ui.tables import Column, Filter
from conf import documents
from conf.accounts.permissions import CONFIGURE
from conf.models import Document, ListEntry, NumberList

blueprint = Blueprint("lists", __name__)

KINDS = (("black", _l("Black list")), ("white", _l("White list")))
ENTRY_KINDS = {
    "number": _l("Number, or its beginning with *"),
    "country": _l("Country"),
    "anonymous": _l("Callers who hide their number"),
    "regex": _l("Regular expression"),
}
CAUSES = ("CALL_REJECTED", "USER_BUSY", "NO_ANSWER", "UNALLOCATED_NUMBER", "NUMBER_CHANGED", "DESTINATION_OUT_OF_ORDER")


def form() -> Form:
    """The form of a list, without its entries."""
    fields = (
        Text(name="name", label=_l("Name"), required=True, help=_l("Flows ask for it by this name.")),
        Choice(
            name="kind",
            label=_l("Kind"),
            options=KINDS,
            default="black",
            help=_l("Black: callers you do not want. White: those you do."),
        ),
        Meets(
            name="action",
            label=_l("Callers on the list"),
            causes=[(cause, telephony.cause(cause)) for cause in CAUSES],
            flows=options.flows,
            help=_l("The flow that asks the list is told so, and acts on it."),
        ),
        Area(name="note", label=_l("Note"), optional=True, help=_l("For colleagues; callers never hear it.")),
    )
    return Form(documents.List, (Section("", fields),))


def told(doc: Document) -> str:
    """What those on a list are to meet."""
    return _("Callers on it %(action)s.", action=met(doc.get("action", "busy")))


def rows() -> list[Document]:
    """The lists, each with how many entries it has instead of them."""
    counted = select(ListEntry.list_id, func.count().label("many")).group_by(ListEntry.list_id)
    counts = {row.list_id: row.many for row in db.session.execute(counted)}
    found = db.session.scalars(select(NumberList).order_by(NumberList.position, NumberList.id))
    return [{**shown(row.doc), "count": counts.get(row.id, 0)} for row in found]


def whole(doc: Document, present: Document) -> Document:
    """A list with the entries it has, at their place in the document."""
    if "entries" not in present:
        return doc
    before = list(present)[: list(present).index("entries")]
    first = {key: value for key, value in doc.items() if key in before}
    return {**first, "entries": present["entries"], **{key: doc[key] for key in doc if key not in first}}


def copied(doc: Document) -> Document:
    """A copy with all entries, under a name that is to be changed."""
    return {**doc, "name": _("%(name)s (copy)", name=doc["name"])[:64]}


def more(name: str, _doc: Document) -> dict[str, Any]:
    """A page of the list's entries."""
    if not name:
        return {}
    return {"entries": entry_table.page(name, request.args), "chosen": _chosen(name), "entry_kinds": ENTRY_KINDS}


def _chosen(name: str) -> dict[str, Any]:
    """The entry of `?entry=ID`, as its form shows it."""
    wanted = request.args.get("entry", "")
    row = entry_table.one(name, int(wanted)) if wanted.isdigit() and len(wanted) < 18 else None
    if row is None:
        return {}
    doc = row.doc
    kind = next(kind for kind in ENTRY_KINDS if doc.get(kind))
    value = "" if kind == "anonymous" else doc[kind]
    return {"id": row.id, "kind": kind, "value": value, "until": doc.get("until", ""), "note": doc.get("note", "")}


def filters() -> list[Filter[Document]]:
    """By kind."""
    return [Filter("kind", _l("Kind"), KINDS, lambda doc, value: doc.get("kind", "black") == value)]


FAMILY = Family(
    kind="lists",
    permission=CONFIGURE,
    words=Words(
        title=_l("Lists"),
        about=_l("Callers you do not want, or those you always let through. Flows ask a list and act on its answer."),
        new=_l("Add a list"),
        empty=_l("A list keeps unwanted callers away, or lets good customers through. Add one, and let a flow ask it."),
        sure=_l("Remove the list %(name)s with all its entries?"),
        icon="list-filter",
    ),
    form=form,
    columns=(
        Column("name", _l("Name"), lambda doc: doc["name"], main=True),
        Column("kind", _l("Kind"), lambda doc: str(dict(KINDS)[doc.get("kind", "black")])),
        Column("told", _l("What callers meet"), told),
        Column("count", _l("Entries"), lambda doc: doc["count"], right=True),
        Column("note", _l("Note"), lambda doc: doc.get("note", "")),
    ),
    filters=filters,
    searched=lambda doc: [doc["name"], doc.get("note", "")],
    rows=rows,
    shown=shown,
    whole=whole,
    copied=copied,
    told=told,
    more=more,
    stays=True,
)
VIEWS = Lists(FAMILY)
pages(blueprint, FAMILY, VIEWS)
list_entries.pages(blueprint, VIEWS)

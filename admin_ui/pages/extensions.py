"""The plan of short numbers: users' own, and those that lead into flows or outside."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from admin_ui.database import db
from admin_ui.filters import phone
from admin_ui.forms import options, plan, telephone
from admin_ui.forms.composed import LeadsTo
from admin_ui.forms.family import Family, Words
from admin_ui.forms.field import Text
from admin_ui.forms.form import Form, Section
from admin_ui.forms.sealed import opened
from admin_ui.forms.told import told as said
from admin_ui.pages.documents import Views, pages
from admin_ui.person import allowed, subscriber_id
from admin_ui.tables import Column, Filter
from conf import documents
from conf.accounts.permissions import PEOPLE
from conf.editing import short_numbers
from conf.editing.documents import read_all
from conf.models import Document, Extension, User

blueprint = Blueprint("extensions", __name__)

KINDS = {"user": _l("User"), "flow": _l("Flow"), "external": _l("Number outside")}


def form() -> Form:
    """The form of a short number that no user has."""
    fields = (
        Text(
            name="extension",
            label=_l("Short number"),
            required=True,
            attrs=telephone.checked("extensions"),
            help=_l("2 to 8 digits."),
        ),
        LeadsTo(name="leads", label=_l("Who dials it reaches"), flows=options.flows),
    )
    return Form(documents.Extension, (Section("", fields),))


def told(doc: Document) -> str:
    """What happens to those who dial it."""
    if doc.get("flow"):
        return _(
            "Colleagues who dial %(number)s follow the flow “%(flow)s”.", number=doc["extension"], flow=doc["flow"]
        )
    if doc.get("external"):
        to = phone(doc["external"])
        return _("Colleagues who dial %(number)s reach %(to)s outside.", number=doc["extension"], to=to)
    return _("Nothing stands behind it yet.")


def rows() -> list[Document]:
    """Every short number: `{extension, kind, target, title}`."""
    wanted = select(Extension.number, Extension.kind, Extension.target, User.name)
    found = db.session.execute(wanted.outerjoin(User, User.id == Extension.user_id).order_by(Extension.number))
    made = [
        {"extension": number, "kind": kind, "target": target, "title": name or phone(target)}
        for number, kind, target, name in found
    ]
    return sorted(made, key=lambda row: (len(row["extension"]), row["extension"]))


def searched(row: Document) -> list[str]:
    """What a search looks in."""
    return [row["extension"], row["title"], row["target"]]


def filters() -> list[Filter[Document]]:
    """By what stands behind."""
    return [Filter("kind", _l("What"), list(KINDS.items()), lambda row, value: row["kind"] == value)]


class Extensions(Views):
    """The views of short numbers: the list is the plan."""

    def _render(self, page: str, **context: object) -> str:
        if page == "index":
            found = short_numbers.plan(db.session(), subscriber_id())
            context["blocks"] = [(one, plan.cells(one, found.emergency)) for one in found.ranges]
            context["conflicts"] = found.conflicts
        return super()._render(page, **context)


FAMILY = Family(
    kind="extensions",
    permission=PEOPLE,
    words=Words(
        title=_l("Short numbers"),
        about=_l(
            "What colleagues dial among themselves. Users bring their own; here are those of flows and numbers outside."
        ),
        new=_l("Add a short number"),
        empty=_l("A short number leads colleagues to a person, a flow or a number outside. Add the first one."),
        sure=_l("Remove %(name)s? Who dials it will hear that the number does not exist."),
        icon="grid-3x3",
    ),
    form=form,
    columns=(
        Column("extension", _l("Short number"), lambda row: row["extension"], main=True),
        Column("title", _l("Who dials it reaches"), lambda row: row["title"]),
        Column("kind", _l("What"), lambda row: str(KINDS[row["kind"]])),
    ),
    filters=filters,
    searched=searched,
    rows=rows,
    told=told,
    fresh=lambda: {"extension": request.args.get("number", "")[:8] or telephone.next_free()},
)
pages(blueprint, FAMILY, Extensions(FAMILY))


@blueprint.get("/extensions/check")
@allowed(PEOPLE)
def check() -> str:
    """Say whether a short number is free, before anything is saved."""
    subscriber_id()
    number = (request.args.get("number") or request.args.get("extension") or "").strip()
    base = opened(f"base:{request.args.get('of', '')}", request.args.get("base", "")) or {}
    given = {row["extension"]: row["title"] for row in rows()}
    emergency = read_all(db.session(), subscriber_id(), "subscriber")[0].get("emergency", ())
    problem = plan.against(number, base.get("extension", ""), given, emergency) if number else None
    text = said(problem) if problem else ""
    free = telephone.next_free() if problem and problem.severity == "error" else ""
    return render_template("extensions/check.html", number=number, problem=problem, text=text, free=free)

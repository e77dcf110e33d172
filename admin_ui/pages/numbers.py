"""The subscriber's numbers: where calls and faxes to each of them go."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from admin_ui.database import db
from admin_ui.filters import phone
from admin_ui.forms import options
from admin_ui.forms.family import Family, Words
from admin_ui.forms.field import Choice, Phone, Several
from admin_ui.forms.form import Form, Section
from admin_ui.pages.documents import pages
from admin_ui.person import subscriber_id
from admin_ui.tables import Column, Filter
from conf import documents
from conf.accounts.permissions import CONFIGURE
from conf.models import Document, Subscriber, User

blueprint = Blueprint("numbers", __name__)

MODES = (("voice", _l("Calls")), ("fax", _l("Faxes")), ("both", _l("Calls and faxes")))


def form() -> Form:
    """The form of a number."""
    fields = (
        Phone(
            name="number",
            label=_l("Number"),
            required=True,
            help=_l("As it is dialled: 01 23 45 67 89 or +33123456789."),
        ),
        Choice(name="mode", label=_l("What arrives here"), options=MODES, default="voice"),
        Choice(
            name="flow",
            label=_l("Calls follow the flow"),
            options=options.flows,
            help=_l("Published flows. A call in progress keeps the one it began with."),
        ),
        Several(
            name="fax_to",
            label=_l("Faxes are for"),
            options=options.people,
            optional=True,
            help=_l("Each of them finds the fax in the fax box."),
        ),
        Phone(
            name="fallback",
            label=_l("When something is wrong, ring"),
            optional=True,
            attrs={"list": "short-numbers"},
            help=_l("Who is rung when the flow is missing or broken. Empty: as the settings of the organisation say."),
        ),
    )
    return Form(documents.Number, (Section("", fields),))


def told(doc: Document) -> str:
    """What happens to those who dial a number."""
    mode = doc.get("mode", "voice")
    said = []
    if mode in ("voice", "both"):
        said.append(_calls(doc))
    if mode in ("fax", "both"):
        said.append(_faxes(doc))
    return " ".join(said)


def _calls(doc: Document) -> str:
    if flow := doc.get("flow"):
        return _("Callers follow the flow “%(flow)s”.", flow=flow)
    subscriber = db.session.scalars(select(Subscriber).where(Subscriber.id == subscriber_id())).one()
    if fallback := doc.get("fallback") or subscriber.fallback:
        return _("There is no flow: %(number)s rings.", number=phone(fallback))
    return _("There is no flow: callers hear an apology.")


def _faxes(doc: Document) -> str:
    logins = doc.get("fax_to", [])
    if not logins:
        return _("Faxes are for nobody yet.")
    rows = db.session.execute(select(User.login, User.name).where(User.login.in_(logins)))
    names = {row.login: row.name for row in rows}
    return _("Faxes are for %(names)s.", names=", ".join(names.get(login, login) for login in logins))


def filters() -> list[Filter[Document]]:
    """By what arrives, and by flow."""
    flows = [(name or "-", title) for name, title in options.flows()]
    return [
        Filter("mode", _l("Calls or faxes"), MODES, lambda doc, value: doc.get("mode", "voice") == value),
        Filter("flow", _l("Flow"), flows, lambda doc, value: (doc.get("flow") or "-") == value),
    ]


def searched(doc: Document) -> list[str]:
    """What a search looks in: the number as it is written in any way."""
    written = phone(doc["number"])
    return [doc["number"], written, written.replace(" ", ""), doc.get("flow", "")]


pages(
    blueprint,
    Family(
        kind="numbers",
        permission=CONFIGURE,
        words=Words(
            title=_l("Numbers"),
            about=_l("The numbers that people dial to reach you, and what they meet."),
            new=_l("Add a number"),
            empty=_l("A number of your operator leads callers into a flow. Add the first, and say where its calls go."),
            sure=_l("Remove %(name)s? Callers of it will hear that the number does not exist."),
            icon="hash",
        ),
        form=form,
        columns=(
            Column("number", _l("Number"), lambda doc: doc["number"], main=True),
            Column("told", _l("What callers meet"), told),
            Column("mode", _l("Calls or faxes"), lambda doc: dict(MODES)[doc.get("mode", "voice")]),
            Column("flow", _l("Flow"), lambda doc: doc.get("flow", "")),
            Column("fallback", _l("Otherwise"), lambda doc: doc.get("fallback", "")),
        ),
        filters=filters,
        searched=searched,
        told=told,
    ),
)

"""The operator's outbound rules: the first one that a number fits decides by which trunk it leaves, if at all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.database import db
from admin_ui.forms.carrying import Countries, Destinations, Presented, Ways
from admin_ui.forms.family import Family
from admin_ui.forms.family import Words as Called
from admin_ui.forms.field import Area, Switch, Text, Whole
from admin_ui.forms.form import Form, Section
from admin_ui.pages.documents import Views, pages
from admin_ui.pages.order import movable
from admin_ui.tables import Column
from conf import documents
from conf.accounts.permissions import OPERATE
from conf.editing.documents import read_all
from conf.models import Document

blueprint = Blueprint("outbound", __name__)


def form() -> Form:
    """The form of a rule."""
    names = ", ".join(trunk["name"] for trunk in read_all(db.session(), 0, "trunks"))
    rule = (
        Text(name="name", label=_l("Name"), required=True),
        Destinations(
            name="match",
            label=_l("Numbers"),
            optional=True,
            help=_l("Numbers or their beginnings, such as +33899*; * is every number. Either these or countries."),
        ),
        Countries(name="countries", label=_l("Countries"), optional=True, help=_l("By two letters, such as FR, BE.")),
    )
    way = (
        Ways(
            name="trunks",
            label=_l("Trunks"),
            optional=True,
            help=_("Tried in this order. There are: %(names)s.", names=names or "–"),
        ),
        Switch(
            name="blocked",
            label=_l("Refuse these calls"),
            help=_l("The caller hears that the number cannot be called."),
        ),
    )
    written = (
        Presented(
            name="caller",
            label=_l("Number that called people see"),
            default="keep",
            help=_l(
                "keep: as the flow or the user wants; own: only a number of the subscriber; anonymous; or a "
                "number such as +33198765432."
            ),
        ),
        Whole(
            name="strip",
            label=_l("Signs to cut off"),
            help=_l("From the beginning of +33..., before the prefix is written."),
        ),
        Text(
            name="prefix",
            label=_l("Prefix"),
            optional=True,
            help=_l("Digits that the carrier wants before the number."),
        ),
        Area(name="note", label=_l("Note"), optional=True),
    )
    return Form(
        documents.OutboundRule,
        (Section("", rule), Section(_l("How they leave"), way), Section(_l("How the numbers are written"), written)),
    )


def fits(doc: Document) -> str:
    """The numbers that a rule is for."""
    match: str | list[str] = doc.get("match") or doc.get("countries") or []
    return match if isinstance(match, str) else ", ".join(match)


def told(doc: Document) -> str:
    """What a rule does to calls."""
    numbers = fits(doc)
    if numbers == "*":
        numbers = _("every number")
    if doc.get("blocked"):
        return _("Calls to %(numbers)s are refused.", numbers=numbers)
    return _("Calls to %(numbers)s leave by %(trunks)s.", numbers=numbers, trunks=", ".join(doc["trunks"]))


def _columns() -> tuple[Column[Document], ...]:
    return (
        Column("name", _l("Name"), lambda doc: doc["name"], main=True),
        Column("match", _l("Numbers"), fits),
        Column("trunks", _l("Leave by"), lambda doc: _("refused") if doc.get("blocked") else ", ".join(doc["trunks"])),
        Column("note", _l("Note"), lambda doc: doc.get("note", "")),
        Column("order", "", lambda doc: ""),
    )


FAMILY: Any = Family(
    kind="outbound",
    permission=OPERATE,
    words=Called(
        title=_l("Outbound rules"),
        about=_l(
            "The first rule that a number fits decides how it leaves. A number that no rule fits is not "
            "called. Emergency calls always pass."
        ),
        new=_l("Add a rule"),
        empty=_l(
            "Without rules every number leaves by the first trunk. Add a rule to block expensive "
            "destinations, or to choose trunks; from then on a number that no rule fits is not called."
        ),
        sure=_l("Remove the rule %(name)s? The rules below it decide then."),
        icon="route",
    ),
    form=form,
    columns=_columns(),
    searched=lambda doc: [doc["name"], fits(doc), *doc.get("trunks", ()), doc.get("note", "")],
    told=told,
    copied=lambda doc: {key: value for key, value in doc.items() if key != "name"},
)

pages(blueprint, FAMILY, Views(FAMILY))
movable(blueprint, FAMILY)

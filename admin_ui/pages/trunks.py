"""The operator's trunks: SIP gateways to carriers. Without outbound rules the first one carries what goes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.forms.carrying import Encrypted, Secret
from admin_ui.forms.family import Family
from admin_ui.forms.family import Words as Called
from admin_ui.forms.field import Choice, Switch, Text, Whole, Words
from admin_ui.forms.form import Form, Section
from admin_ui.pages.documents import Views, pages
from admin_ui.pages.order import movable
from admin_ui.tables import Column
from conf import documents
from conf.accounts.permissions import OPERATE
from conf.models import Document

blueprint = Blueprint("trunks", __name__)
TRANSPORTS = (("udp", "UDP"), ("tcp", "TCP"), ("tls", "TLS"))


def form() -> Form:
    """The form of a trunk."""
    carrier = (
        Text(
            name="name",
            label=_l("Name"),
            required=True,
            help=_l("Small letters, digits, - and _. Flows and rules name it so."),
        ),
        Text(
            name="host",
            label=_l("Address of the carrier"),
            required=True,
            help=_l("A host name or an IP address, with a port where it is not the usual one."),
        ),
        Whole(
            name="channels",
            label=_l("Calls at once"),
            default=30,
            help=_l("What the carrier has sold. The next call takes the next trunk of its rule."),
        ),
    )
    account = (
        Text(name="username", label=_l("User name"), optional=True),
        Secret(
            name="password",
            label=_l("Password"),
            optional=True,
            help=_l("It stays as it is while this stays empty. It is never shown."),
        ),
        Switch(
            name="register",
            label=_l("Register with the carrier"),
            help=_l("For carriers that send calls to where you registered from."),
        ),
    )
    road = (
        Words(
            name="allow",
            label=_l("Calls come in from"),
            optional=True,
            help=_l("Addresses and networks, such as 203.0.113.0/24. From elsewhere nothing is taken."),
        ),
        Choice(name="transport", label=_l("Transport"), options=TRANSPORTS, default="udp"),
        Encrypted(name="srtp", label=_l("Encrypt the sound")),
    )
    return Form(
        documents.Trunk,
        (Section("", carrier), Section(_l("Account with the carrier"), account), Section(_l("The road to it"), road)),
    )


def told(doc: Document) -> str:
    """What a trunk does."""
    transport = str(doc.get("transport", "udp")).upper()
    said = [
        _(
            "Carries up to %(channels)s calls at once to %(host)s over %(transport)s.",
            channels=doc.get("channels", 30),
            host=doc["host"],
            transport=transport,
        )
    ]
    if not doc.get("allow"):
        said.append(_("No call comes in by it."))
    return " ".join(said)


def encryption(doc: Document) -> str:
    """The transport, as the table tells it."""
    transport = str(doc.get("transport", "udp")).upper()
    return f"{transport} + SRTP" if doc.get("srtp", transport == "TLS") else transport


def _columns() -> tuple[Column[Document], ...]:
    return (
        Column("name", _l("Name"), lambda doc: doc["name"], main=True),
        Column("host", _l("Address"), lambda doc: doc["host"]),
        Column("channels", _l("Calls at once"), lambda doc: doc.get("channels", 30), right=True),
        Column("transport", _l("Transport"), encryption),
        Column("register", _l("Registers"), lambda doc: _("yes") if doc.get("register") else ""),
        Column("order", "", lambda doc: ""),
    )


def _copied(doc: Document) -> Document:
    return {key: value for key, value in doc.items() if key not in ("name", "password", "register")}


FAMILY: Any = Family(
    kind="trunks",
    permission=OPERATE,
    words=Called(
        title=_l("Trunks"),
        about=_l(
            "The carriers that calls come from and go to. Without outbound rules the first one carries what goes out."
        ),
        new=_l("Add a trunk"),
        empty=_l(
            "A trunk is a carrier's SIP gateway: numbers ring in by it, and calls go out by it. Add the first one."
        ),
        sure=_l("Remove the trunk %(name)s? Calls in progress go on; new ones find no way by it."),
        icon="cable",
    ),
    form=form,
    columns=_columns(),
    searched=lambda doc: [doc["name"], doc["host"], doc.get("username", "")],
    told=told,
    copied=_copied,
)

pages(blueprint, FAMILY, Views(FAMILY))
movable(blueprint, FAMILY)

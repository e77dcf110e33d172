"""The people of a subscriber, and their telephones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.app import settings_of
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.filters import phone
from admin_ui.forms import options, telephone
from admin_ui.forms.composed import Forwards
from admin_ui.forms.family import Family, Words
from admin_ui.forms.field import Choice, Phone, Switch, Text, Whole
from admin_ui.forms.form import Form, Section
from admin_ui.pages.documents import Views, pages
from admin_ui.person import allowed, me, subscriber_id
from admin_ui.tables import Column, Filter
from conf import documents
from conf.accounts.permissions import ACCOUNT, PEOPLE
from conf.editing.documents import new_sip_password, read, read_all
from conf.models import Document

blueprint = Blueprint("users", __name__)

ROLES = {
    "administrator": _l("Administrator"),
    "engineer": _l("Engineer"),
    "agent": _l("Agent"),
    "fax": _l("Fax user"),
}
WHEN = (
    ("always", _l("Every call goes")),
    ("busy", _l("If busy, calls go")),
    ("no_answer", _l("If nobody answers, calls go")),
    ("unregistered", _l("If the phone is switched off, calls go")),
)
NOTHING = {
    "always": _l("to this phone"),
    "busy": _l("nowhere: the caller hears the busy tone"),
    "no_answer": _l("nowhere: it goes on ringing"),
    "unregistered": _l("nowhere: the caller hears that nobody can be reached"),
}


def _who_gives() -> Any:
    return "" if me().may(ACCOUNT) else _l("Administrators and engineers are made by an administrator.")


def form() -> Form:
    """The form of a user."""
    who = (
        Text(name="name", label=_l("Name"), required=True),
        Text(
            name="login",
            label=_l("Mail address"),
            required=True,
            attrs={"inputmode": "email"},
            help=_l("With it the person logs in, and is invited."),
        ),
        Choice(name="role", label=_l("Role"), options=options.ROLES, required=True, help=_who_gives()),
        Choice(name="language", label=_l("Language"), options=options.LANGUAGES, default="en"),
    )
    telephones = (
        Text(
            name="extension",
            label=_l("Short number"),
            optional=True,
            attrs=telephone.checked("users"),
            help=_l("2 to 8 digits that colleagues dial. Without one there is no telephone."),
        ),
        Phone(name="mobile", label=_l("Mobile"), optional=True),
        Choice(
            name="outbound_number",
            label=_l("Number that called people see"),
            options=options.numbers,
            optional=True,
        ),
        Whole(name="simultaneous_calls", label=_l("Calls at once"), default=2),
        Switch(
            name="call_waiting",
            label=_l("A second call knocks"),
            default=True,
            help=_l("Otherwise a second caller hears the busy tone."),
        ),
    )
    forwards = Forwards(
        name="forward", label=_l("Forwarding"), when=WHEN, nothing=NOTHING, numbers=options.short_numbers
    )
    return Form(
        documents.User,
        (Section("", who), Section(_l("Telephone"), telephones), Section(_l("Forwarding"), (forwards,))),
    )


def told(doc: Document) -> str:
    """What happens to those who call somebody."""
    if not doc.get("extension"):
        return _("Has no telephone.")
    said = [_("Calls to %(number)s ring here.", number=doc["extension"])]
    forwards = doc.get("forward") or {}
    for when, _title in WHEN:
        if forwards.get(when):
            said.append(forwarded(when, forwards[when]))
            if when == "always":
                return said[-1]
    return " ".join(said)


def forwarded(when: str, forward: Document) -> str:
    """One forward as a sentence."""
    to = _("the voicemail") if forward["to"] == "voicemail" else phone(forward["to"])
    match when:
        case "always":
            return _("Every call goes to %(to)s.", to=to)
        case "busy":
            return _("If busy, they go to %(to)s.", to=to)
        case "no_answer":
            after = forward.get("after", 20)
            return _("If nobody answers within %(seconds)s s, they go to %(to)s.", seconds=after, to=to)
    return _("If the phone is switched off, they go to %(to)s.", to=to)


def forwarding(doc: Document) -> str:
    """All forwards of somebody."""
    forwards = doc.get("forward") or {}
    return " ".join(forwarded(when, forwards[when]) for when, _title in WHEN if forwards.get(when))


def searched(doc: Document) -> list[str]:
    """What a search looks in."""
    mobile = doc.get("mobile", "")
    return [doc["name"], doc["login"], doc.get("extension", ""), mobile, phone(mobile).replace(" ", ""), phone(mobile)]


def filters() -> list[Filter[Document]]:
    """By role, and by telephone."""
    phones = (("yes", _l("With a telephone")), ("no", _l("Without a telephone")))
    return [
        Filter("role", _l("Role"), list(ROLES.items()), lambda doc, value: doc["role"] == value),
        Filter("phone", _l("Telephone"), phones, lambda doc, value: bool(doc.get("extension")) == (value == "yes")),
    ]


def fresh() -> Document:
    """What a new user begins with: the organisation's language, the next free short number."""
    about = read_all(db.session(), subscriber_id(), "subscriber")[0]
    return {"role": "agent", "language": about["language"], "extension": telephone.next_free()}


class Users(Views):
    """The views of users: nobody removes themselves."""

    def remove(self, name: str) -> ResponseReturnValue:
        """Remove somebody else."""
        if name == me().login:
            flash(_("You cannot remove yourself. Ask another administrator."), "error")
            return redirect(url_for(".edit", name=name), 303)
        return super().remove(name)

    def _render(self, page: str, **context: Any) -> str:
        if page == "credentials":
            context["phone"] = telephone.settings(context["credentials"])
        return super()._render(page, **context)


FAMILY = Family(
    kind="users",
    permission=PEOPLE,
    words=Words(
        title=_l("Users"),
        about=_l("The people of your organisation: who they are, what they may do, and where their calls go."),
        new=_l("Add a user"),
        empty=_l("Users log in here and have a telephone. Add the first one and connect a phone."),
        sure=_l("Remove %(name)s? The telephone stops working and the person cannot log in any more."),
        icon="users",
    ),
    form=form,
    columns=(
        Column("name", _l("Name"), lambda doc: doc["name"], main=True),
        Column("extension", _l("Short number"), lambda doc: doc.get("extension", "")),
        Column("role", _l("Role"), lambda doc: str(ROLES[doc["role"]])),
        Column("login", _l("Mail address"), lambda doc: doc["login"]),
        Column("mobile", _l("Mobile"), lambda doc: doc.get("mobile", "")),
        Column("forward", _l("Forwarding"), forwarding),
    ),
    filters=filters,
    searched=searched,
    told=told,
    fresh=fresh,
)
VIEWS = Users(FAMILY)
pages(blueprint, FAMILY, VIEWS)


@blueprint.post("/users/sip-password/<path:name>")
@allowed(PEOPLE)
def sip_password(name: str) -> ResponseReturnValue:
    """Give somebody's telephone a new password, and show it once."""
    try:
        made = new_sip_password(db.session(), subscriber_id(), name, domain=settings_of(current_app).domain)
    except LookupError:
        abort(404)
    noted("changed", "telephone", name, [("sip_password", None, None)])
    db.session.commit()
    doc = read(db.session(), subscriber_id(), "users", name)
    text = _("The telephone of %(name)s has a new password; the one before is of no use any more.", name=doc["name"])
    return VIEWS.credentials(made, doc, text)

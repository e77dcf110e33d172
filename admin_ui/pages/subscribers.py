"""The operator's subscribers: their names and counts; a new one with its first administrator."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui import mails
from admin_ui.account_mails import INVITATION
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.forms import options
from admin_ui.forms.field import Choice, Text, Words
from admin_ui.forms.form import Filled, Form, Section
from admin_ui.forms.told import told
from admin_ui.person import allowed, me
from admin_ui.tables import Column, Table
from conf import documents
from conf.accounts import passwords, subscribers
from conf.accounts.permissions import OPERATE
from conf.accounts.subscribers import About
from conf.models import Document
from conf.problems import ConfigurationError, Problem

blueprint = Blueprint("subscribers", __name__)
BY_MAIL, BY_HAND = "mail", "hand"  # how the first administrator comes in


@blueprint.get("/subscribers")
@allowed(OPERATE)
def index() -> ResponseReturnValue:
    """The list; `?format=csv` is it as a file."""
    columns: list[Column[About]] = [
        Column("name", _l("Name"), lambda one: one.name, main=True),
        Column("slug", _l("Short name"), lambda one: one.slug),
        Column("country", _l("Country"), lambda one: one.country),
        Column("users", _l("Users"), lambda one: one.users, right=True),
        Column("numbers", _l("Numbers"), lambda one: one.numbers, right=True),
        Column("flows", _l("Flows"), lambda one: one.flows, right=True),
        Column("created", _l("Since"), lambda one: one.created_at.isoformat()),
    ]
    table = Table("subscribers", columns, subscribers.listed(db.session()), lambda one: [one.name, one.slug])
    if request.args.get("format") == "csv":
        return table.csv()
    return render_template("subscribers/index.html", table=table)


@blueprint.get("/subscribers/new")
@allowed(OPERATE)
def new() -> ResponseReturnValue:
    """An empty form."""
    language = get_locale().language
    return _form(_organisation().filled({"language": language, "time_zone": "Europe/Paris", "emergency": ["112"]}), {})


@blueprint.post("/subscribers/new")
@allowed(OPERATE)
def create() -> ResponseReturnValue:
    """Make a subscriber; its first administrator is invited, or gets a password of one use on paper."""
    sent = request.form.to_dict(flat=False)
    doc = _organisation().read(sent, {})
    person = _administrator(doc)
    password = passwords.one_time() if request.form.get("way") == BY_HAND else ""
    hashed = passwords.hashed(password) if password else ""
    try:
        key, account = subscribers.create(db.session(), doc, person, domain=current_app.config["SETTINGS"].domain)
    except ConfigurationError as error:
        db.session.rollback()
        return _wrong(sent, doc, person, error.problems)
    if password:
        subscribers.first_administrator(db.session(), account, hashed)
    else:
        mails.queue(db.session(), INVITATION, {"account": account, "inviter": me().name}, subscriber=key)
    noted("created", "subscriber", doc["slug"], [(name, None, value) for name, value in doc.items()])
    noted("invited", "account", person["login"])
    db.session.commit()
    if password:
        return render_template("subscribers/created.html", doc=doc, login=person["login"], password=password)
    flash(_("%(name)s is there. An invitation is on its way to %(login)s.", name=doc["name"], login=person["login"]))
    return redirect(url_for("subscribers.index"), 303)


@blueprint.get("/subscribers/<slug>")
@allowed(OPERATE)
def edit(slug: str) -> ResponseReturnValue:
    """What can be done with a subscriber."""
    about = next((one for one in subscribers.listed(db.session()) if one.slug == slug), None)
    if about is None:
        abort(404)
    return render_template("subscribers/edit.html", about=about, name=about.name, errors=[])


@blueprint.post("/subscribers/<slug>")
@allowed(OPERATE)
def rename(slug: str) -> ResponseReturnValue:
    """Call it otherwise."""
    name = request.form.get("name", "").strip()
    about = next((one for one in subscribers.listed(db.session()) if one.slug == slug), None)
    if about is None:
        abort(404)
    try:
        saved = subscribers.rename(db.session(), slug, name, domain=current_app.config["SETTINGS"].domain)
    except ConfigurationError as error:
        db.session.rollback()
        errors = [told(problem) for problem in error.problems]
        return render_template("subscribers/edit.html", about=about, name=name, errors=errors), 422
    if saved.change is not None:
        noted("renamed", "subscriber", slug, [("name", about.name, name)])
        db.session.commit()
        flash(_("It is called %(name)s now.", name=name))
    return redirect(url_for("subscribers.index"), 303)


def _organisation() -> Form:
    fields = (
        Text(name="name", label=_l("Name of the organisation"), required=True),
        Text(
            name="slug",
            label=_l("Short name"),
            required=True,
            help=_l("Small letters, digits and hyphens. Telephones are registered under it: it never changes."),
        ),
        Choice(name="country", label=_l("Country"), options=options.countries, required=True),
        Choice(name="language", label=_l("Language of callers"), options=options.LANGUAGES, required=True),
        Text(name="time_zone", label=_l("Time zone"), required=True, attrs={"list": "zones"}),
        Words(name="emergency", label=_l("Emergency numbers"), help=_l("Such as 15, 17, 18, 112.")),
    )
    return Form(documents.Subscriber, (Section("", fields),))


def _administrator(doc: Document) -> Document:
    given = {key: request.form.get(f"administrator.{key}", "").strip() for key in ("login", "name")}
    return {**given, "role": "administrator", "language": doc.get("language", "en")}


def _wrong(sent: dict[str, list[str]], doc: Document, person: Document, problems: tuple[Problem, ...]) -> Any:
    mine = [one for one in problems if not one.field.startswith("administrator.")]
    filled = _organisation().refilled(sent, mine, doc)
    for one in problems:
        if one not in mine:
            filled.errors[one.field].append(told(one))
    return _form(filled, person), 422


def _form(filled: Filled, person: Document) -> str:
    zones = sorted(available_timezones())
    way = request.form.get("way", BY_MAIL)
    return render_template(
        "subscribers/new.html", form=_organisation(), filled=filled, administrator=person, zones=zones, way=way
    )

"""What the search palette finds: numbers, people, flows, calls and pages, as far as the role may see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from admin_ui.database import db
from admin_ui.filters import phone
from admin_ui.person import allowed, me
from admin_ui.shell import navigation
from conf.accounts.permissions import CALLS, CONFIGURE, OWN, PEOPLE
from conf.models import Campaign, Extension, Flow, FlowDraft, Number, NumberList, Prompt, Schedule, User
from controller.flow.numbers import e164

blueprint = Blueprint("search", __name__)
MOST = 6  # of a kind


@dataclass(frozen=True)
class Found:
    """One thing that was found."""

    title: str
    what: str
    icon: str
    address: str


ACTIONS = (
    ("flows.new", _l("Add a flow"), "workflow", CONFIGURE),
    ("numbers.new", _l("Add a number"), "hash", CONFIGURE),
    ("users.new", _l("Add a user"), "user-plus", PEOPLE),
    ("extensions.new", _l("Add a short number"), "grid-3x3", PEOPLE),
    ("schedules.new", _l("Add a schedule"), "calendar-clock", CONFIGURE),
    ("lists.new", _l("Add a list"), "list-filter", CONFIGURE),
    ("prompts.new", _l("Add a prompt"), "audio-lines", CONFIGURE),
    ("campaigns.new", _l("New campaign"), "megaphone", CONFIGURE),
    ("me.page", _l("My password, sessions and look"), "circle-user-round", OWN),
)
NAMED: tuple[tuple[Any, str, str, Any], ...] = (
    (Schedule, "schedules.edit", "calendar-clock", _l("Schedule")),
    (NumberList, "lists.edit", "list-filter", _l("List")),
    (Prompt, "prompts.edit", "audio-lines", _l("Prompt")),
)


@blueprint.get("/search")
@allowed(OWN)
def results() -> str:
    """List what fits; without a text, where one can go."""
    text = request.args.get("q", "").strip()[:100]
    found = [*_things(text), *_pages(text)] if text else [*_pages("")]
    return render_template("search/results.html", found=found, text=text)


def _pages(text: str) -> Iterator[Found]:
    for group in navigation():
        for place in group.places:
            if text.casefold() in str(place.title).casefold():
                yield Found(str(place.title), str(group.title) or _("Page"), place.icon, url_for(place.endpoint))
    for endpoint, title, icon, permission in ACTIONS:
        if endpoint in current_app.view_functions and me().may(permission) and text.casefold() in str(title).casefold():
            yield Found(str(title), _("Action"), icon, url_for(endpoint))


def _things(text: str) -> Iterator[Found]:
    if me().subscriber_id is None:
        return
    if me().may(CONFIGURE):
        yield from _numbers(text)
    if me().may(PEOPLE):
        yield from _people(text)
    if me().may(CONFIGURE):
        yield from _flows(text)
        yield from _campaigns(text)
        yield from _named(text)
    number = e164(text, me().country) or ("".join(text.split()) if text.replace(" ", "").isdigit() else "")
    if number and me().may(CALLS) and "calls.index" in current_app.view_functions:
        title = _("Calls with %(number)s", number=phone(number))
        yield Found(title, _("Call history"), "history", url_for("calls.index", q=number))


def _numbers(text: str) -> Iterator[Found]:
    digits = "".join(sign for sign in text if sign.isdigit()).removeprefix("0")
    if len(digits) < 2:
        return
    wanted = select(Number).where(Number.number.contains(digits, autoescape=True)).order_by(Number.position)
    for row in db.session.scalars(wanted.limit(MOST)):
        what = row.flow or _("Number")
        yield Found(phone(row.number), what, "hash", url_for("numbers.edit", name=row.number))


def _people(text: str) -> Iterator[Found]:
    looked = (User.name, User.login)
    wanted = select(User).where(or_(*(column.icontains(text, autoescape=True) for column in looked)))
    for row in db.session.scalars(wanted.order_by(User.name).limit(MOST)):
        what = row.doc.get("extension") or row.login
        yield Found(row.name, what, "user", url_for("users.edit", name=row.login))
    if not text.isdigit():
        return
    starting = select(Extension).where(Extension.number.startswith(text, autoescape=True)).order_by(Extension.number)
    for short in db.session.scalars(starting.limit(MOST)):
        page = url_for("users.edit", name=short.target)
        if short.kind != "user":
            page = url_for("extensions.edit", name=short.number)
        yield Found(f"{short.number} · {phone(short.target)}", _("Short number"), "grid-3x3", page)


def _campaigns(text: str) -> Iterator[Found]:
    wanted = select(Campaign).where(Campaign.name.icontains(text, autoescape=True)).order_by(Campaign.id.desc())
    for row in db.session.scalars(wanted.limit(MOST)):
        yield Found(row.name, _("Campaign"), "megaphone", url_for("campaigns.one", name=row.name))


def _flows(text: str) -> Iterator[Found]:
    there = or_(Flow.published.is_not(None), Flow.id.in_(select(FlowDraft.flow_id)))  # not withdrawn
    wanted = select(Flow).where(Flow.name.icontains(text, autoescape=True), there).order_by(Flow.name)
    for row in db.session.scalars(wanted.limit(MOST)):
        yield Found(row.name, _("Flow"), "workflow", url_for("editor.page", name=row.name))


def _named(text: str) -> Iterator[Found]:
    for kind, endpoint, icon, what in NAMED:
        wanted = select(kind.name).where(kind.name.icontains(text, autoescape=True)).order_by(kind.name)
        for name in db.session.scalars(wanted.limit(MOST)):
            yield Found(name, str(what), icon, url_for(endpoint, name=name))

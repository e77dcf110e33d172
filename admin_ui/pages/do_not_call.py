"""The do-not-call list of a subscriber: numbers that no campaign calls."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from admin_ui.api.campaign_contacts import bar, unbar
from admin_ui.api.parts import Paging, keyset
from admin_ui.database import confine, db
from admin_ui.filters import phone
from admin_ui.forms.field import number as as_number
from admin_ui.forms.told import told
from admin_ui.pages import campaigns
from admin_ui.pages.calls import typed_number
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import CONFIGURE
from conf.models import DoNotCall
from conf.problems import ConfigurationError

pages = campaigns.blueprint  # one entry of the navigation
LONGEST = 64  # characters of a source


@pages.get("/campaigns/do-not-call")
@allowed(CONFIGURE)
def do_not_call() -> ResponseReturnValue:
    """The list, the newest first."""
    return _page({}, {})


@pages.post("/campaigns/do-not-call")
@allowed(CONFIGURE)
def never_call() -> ResponseReturnValue:
    """Put a number on the list."""
    typed = {name: request.form.get(name, "").strip() for name in ("number", "source")}
    if len(typed["source"]) > LONGEST:
        wrong = {"source": [_("At most %(most)s characters.", most=LONGEST)]}
        confine(subscriber_id(), read_only=True)
        return _page(typed, wrong), 422
    try:
        row = bar(as_number(typed["number"]), typed["source"])
    except ConfigurationError as error:
        db.session.rollback()
        confine(subscriber_id(), read_only=True)
        return _page(typed, {"number": [told(one, typed) for one in error.problems]}), 422
    db.session.commit()
    flash(_("%(number)s is not called any more, by no campaign.", number=phone(row.number)))
    return redirect(url_for("campaigns.do_not_call"), 303)


@pages.post("/campaigns/may-call-again")
@allowed(CONFIGURE)
def may_call_again() -> ResponseReturnValue:
    """Take a number off the list."""
    number = request.form.get("number", "")
    try:
        unbar(number)
    except LookupError:
        abort(404)
    db.session.commit()
    flash(_("%(number)s is off the list: campaigns may call it again.", number=phone(number)))
    return redirect(url_for("campaigns.do_not_call"), 303)


def _page(typed: dict[str, str], errors: dict[str, list[str]]) -> str:
    subscriber_id()
    text = request.args.get("q", "").replace("\0", "").strip()[:100]
    wanted = select(DoNotCall)
    if text:
        numbers = typed_number(text)
        named = DoNotCall.source.icontains(text, autoescape=True)
        found = [DoNotCall.number.contains(numbers, autoescape=True)] if numbers.lstrip("+").isdigit() else []
        wanted = wanted.where(or_(named, *found))
    query = Paging(limit=50, cursor=request.args.get("cursor", "")[:1000])
    try:
        page = keyset(db.session(), wanted, [(DoNotCall.id, True)], query)
    except ConfigurationError:
        abort(404)
    count = db.session.scalars(select(func.count()).select_from(DoNotCall)).one()
    return render_template(
        "campaigns/do_not_call.html", page=page, count=count, text=text, cursor=query.cursor, typed=typed, errors=errors
    )

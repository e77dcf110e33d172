"""Choosing a password: the first one, and a new one after it was forgotten."""

from __future__ import annotations

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from admin_ui import mails
from admin_ui.account_mails import RESET
from admin_ui.database import db
from admin_ui.entering import enter_as, here, noted_of, now, typed_login
from admin_ui.limits import LOGIN, MAILS, limiter
from admin_ui.limits import address as of_address
from admin_ui.person import allowed, me
from conf.accounts import accounts, links
from conf.accounts.permissions import OWN
from conf.database import operator
from conf.models import Account, LoginLink
from conf.problems import Wrong

Page = str | tuple[str, int] | Response
MAILS_EVERY = 120  # seconds between two mails to one address

blueprint = Blueprint("passwords", __name__)


@blueprint.get("/login/forgotten")
def forgotten() -> str:
    """Ask for the mail address."""
    login, wanted = request.args.get("login", ""), request.args.get("next", "")
    return render_template("login/forgotten.html", login=login, next=wanted, sent=False)


@blueprint.post("/login/forgotten")
@limiter.limit(MAILS, key_func=of_address)
def send_link() -> str:
    """Have a link sent. Whether there is such an account is looked up later: the answer is always the same."""
    login = typed_login()
    period = int(now().timestamp()) // MAILS_EVERY
    key = f"reset:{hashlib.sha256(login.encode(errors='replace')).hexdigest()}:{period}"
    if login:
        with operator(db.engine) as writing:
            about = {"login": login, "language": get_locale().language, "next": here(request.form.get("next", ""))}
            mails.queue(writing, RESET, about, key=key)
    return render_template("login/forgotten.html", login=login, sent=True)


@blueprint.get("/login/link/<token>")
def link(token: str) -> Page:
    """Ask for a password, where the link is good. Looking does not use it: mail scanners look too."""
    found = _found(token)
    return _form(token, found[1].login) if found else _too_late()


@blueprint.post("/login/link/<token>")
@limiter.limit(LOGIN, key_func=of_address)
def follow(token: str) -> Page:
    """Take the password, use the link up, and let them in."""
    found = _found(token)
    if found is None:
        return _too_late()
    account = found[1]
    try:
        hashed = accounts.chosen(account, _chosen())
    except Wrong as wrong:
        return _form(token, account.login, wrong)
    with operator(db.engine) as writing:
        again = links.find(writing, token, now())
        if again is None or not links.use(writing, again[0], now()):
            return _too_late()
        accounts.set_password(writing, again[1], hashed)
        noted_of(writing, again[1], "password_changed")
    flash(_("Your password is set."))
    return enter_as(account.id, request.form.get("next", ""))


@blueprint.get("/login/password")
@allowed(OWN)
def first() -> Page:
    """Ask for a password of one's own in place of the one of one use."""
    return _first() if current_user.must_change_password else redirect(url_for("home.page"))


@blueprint.post("/login/password")
@allowed(OWN)
def choose_first() -> Page:
    """Take it."""
    if not current_user.must_change_password:
        return redirect(here(request.form.get("next", "")))
    with operator(db.engine, read_only=True) as reading:
        account = reading.get_one(Account, me().account_id)
        reading.expunge(account)
    try:
        hashed = accounts.chosen(account, _chosen())
    except Wrong as wrong:
        return _first(wrong)
    with operator(db.engine) as writing:
        present = writing.get_one(Account, me().account_id)
        accounts.set_password(writing, present, hashed, but=me().session_id)
        noted_of(writing, present, "password_changed")
    return redirect(here(request.form.get("next", "")), 303)


def _chosen() -> str:
    """The new password, which was typed twice. Raises Wrong."""
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise Wrong("not_the_same", _("The two passwords are not the same."))
    return password


def _form(token: str, login: str, wrong: Wrong | None = None) -> Page:
    url = url_for("passwords.follow", token=token)
    return _page(login, url, wrong, _("Choose your password"))


def _first(wrong: Wrong | None = None) -> Page:
    return _page(me().login, url_for("passwords.choose_first"), wrong, _("Choose a password of your own"))


def _page(login: str, url: str, wrong: Wrong | None, title: str) -> Page:
    errors = [said(wrong)] if wrong else []
    wanted = request.values.get("next", "")
    page = render_template("login/choose.html", login=login, url=url, errors=errors, title=title, next=wanted)
    return page, 422 if wrong else 200


def said(wrong: Wrong) -> str:
    """What is wrong, in the person's language."""
    text = _(wrong.problem.message).format(**wrong.problem.fields)
    return text[:1].upper() + text[1:]


def _too_late() -> Page:
    return render_template("login/too_late.html"), 410


def _found(token: str) -> tuple[LoginLink, Account] | None:
    with operator(db.engine, read_only=True) as reading:
        found = links.find(reading, token, now())
        if found is not None:
            reading.expunge_all()
        return found

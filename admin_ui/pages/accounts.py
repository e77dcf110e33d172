"""The accounts of a subscriber's users, as an administrator keeps them: part of a user's page."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Flask, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from admin_ui import mails
from admin_ui.account_mails import INVITATION
from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.entering import here
from admin_ui.pages.passwords import said
from admin_ui.person import allowed, me, subscriber_id
from conf.accounts import accounts, lockout
from conf.accounts.accounts import State
from conf.accounts.permissions import ACCOUNT
from conf.models import Account, User
from conf.problems import Wrong

blueprint = Blueprint("accounts", __name__)


def init_app(app: Flask) -> None:
    """Let the page of a user show the account: {% include "accounts/of_user.html" %} with the login as `name`."""
    app.jinja_env.globals["account_of"] = account_of


def account_of(login: str) -> State | None:
    """The state of a user's account; None without such a user."""
    try:
        user, _account = accounts.of_login(db.session(), login)
    except LookupError:
        return None
    return accounts.of_user(db.session(), user, datetime.now(UTC))


@blueprint.post("/users/<path:login>/invite")
@allowed(ACCOUNT)
def invite(login: str) -> Response:
    """Send a link to choose the first password; what was sent before is of no use any more."""
    user, _account = _found(login)
    try:
        account = accounts.make(db.session(), user)
    except Wrong as wrong:
        db.session.rollback()
        flash(said(wrong), "error")
        return _back(login)
    if account.password:
        text = _("%(name)s has a password already; a forgotten one is chosen anew from the login page.", name=user.name)
        flash(text, "error")
        return _back(login)
    payload = {"account": account.id, "inviter": me().name}
    mails.queue(db.session(), INVITATION, payload, subscriber=subscriber_id())
    noted("invited", "account", user.login)
    db.session.commit()
    flash(_("An invitation is on its way to %(login)s. Its link works for three days.", login=user.login))
    return _back(login)


@blueprint.post("/users/<path:login>/disable")
@allowed(ACCOUNT)
def disable(login: str) -> Response:
    """Let somebody in no more."""
    _user, account = _found(login)
    if account is None:
        return _back(login)
    _not_me(account)
    accounts.disable(db.session(), account)
    noted("disabled", "account", login)
    db.session.commit()
    flash(_("%(login)s cannot log in any more. The telephone goes on working.", login=login))
    return _back(login)


@blueprint.post("/users/<path:login>/reset-totp")
@allowed(ACCOUNT)
def reset_totp(login: str) -> Response:
    """For who lost the phone and the recovery codes."""
    _user, account = _found(login)
    if account is not None and account.totp is not None:
        _not_me(account)
        accounts.reset_second_factor(db.session(), account)
        noted("totp_off", "account", login)
        db.session.commit()
        flash(_("Two-step login is off for %(login)s, and all browsers were logged out.", login=login))
    return _back(login)


@blueprint.post("/users/<path:login>/end-sessions")
@allowed(ACCOUNT)
def end_sessions(login: str) -> Response:
    """Log out all browsers of somebody."""
    _user, account = _found(login)
    if account is not None:
        accounts.end_sessions(db.session(), account.id, but=me().session_id)
        noted("sessions_ended", "account", login)
        db.session.commit()
        flash(_("All browsers of %(login)s are logged out.", login=login))
    return _back(login)


@blueprint.post("/users/<path:login>/unlock")
@allowed(ACCOUNT)
def unlock(login: str) -> Response:
    """End a lock-out: somebody mistyped the password too often."""
    _user, account = _found(login)
    if account is not None:
        lockout.free(db.session(), account.login, account.id)
        noted("unlocked", "account", login)
        db.session.commit()
        flash(_("%(login)s can log in again.", login=login))
    return _back(login)


def _found(login: str) -> tuple[User, Account | None]:
    subscriber_id()
    try:
        return accounts.of_login(db.session(), login)
    except LookupError:
        abort(404)


def _not_me(account: Account) -> None:
    if account.id == me().account_id:
        abort(409, _("You cannot do this to yourself: another administrator can."))


def _back(login: str) -> Response:
    return redirect(here(request.form.get("next", "") or url_for("users.edit", name=login)), 303)

"""A person's own page: language and look, password, second factor, sessions."""

from __future__ import annotations

import segno
from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin_ui.audit import noted
from admin_ui.browsers import browser
from admin_ui.database import db
from admin_ui.entering import address, here, locked_out, now
from admin_ui.pages.passwords import said
from admin_ui.person import allowed, me
from conf.accounts import accounts, lockout, passwords, sealing, second_factor, sessions
from conf.accounts import two_step as two_step_rule
from conf.accounts.lockout import LockedOut
from conf.accounts.permissions import OWN
from conf.database import operator
from conf.models import Account, Subscriber
from conf.problems import Wrong
from conf.translations import LANGUAGES

THEMES = ("", "light", "dark")
SETTING_UP = 900.0  # seconds to scan the QR code and type the first code

Page = str | tuple[str, int] | Response
blueprint = Blueprint("me", __name__)


@blueprint.get("/me")
@allowed(OWN)
def page() -> Page:
    """Show it."""
    return _page()


@blueprint.post("/me/preferences")
@allowed(OWN)
def preferences() -> Page:
    """Remember language and look."""
    language, theme = request.form.get("language", ""), request.form.get("theme", "")
    account = _account(db.session())
    account.language = language if language in LANGUAGES else ""
    account.theme = theme if theme in THEMES else ""
    db.session.commit()
    return redirect(url_for("me.page"), 303)


@blueprint.post("/me/password")
@allowed(OWN)
def password() -> Page:
    """Change it; all other browsers are logged out."""
    account = _read()
    errors: dict[str, list[str]] = {}
    if wrong := _refused(account, request.form.get("present", "")):
        errors["present"] = [wrong]
    elif request.form.get("password", "") != request.form.get("again", ""):
        errors["again"] = [_("The two passwords are not the same.")]
    else:
        try:
            hashed = accounts.chosen(account, request.form.get("password", ""))
        except Wrong as error:
            errors["password"] = [said(error)]
    if errors:
        return _page(errors, 422)
    accounts.set_password(db.session(), _account(db.session()), hashed, but=me().session_id)
    noted("password_changed", "account", me().login)
    db.session.commit()
    flash(_("Your password is changed. All other browsers were logged out."))
    return redirect(url_for("me.page"), 303)


@blueprint.get("/me/two-step")
@allowed(OWN)
def two_step() -> Page:
    """Show a QR code for an authenticator."""
    if _read().totp is not None:
        return redirect(url_for("me.page"))
    return _set_up(second_factor.new_secret())


@blueprint.post("/me/two-step")
@allowed(OWN)
def switch_on() -> Page:
    """Ask for codes from now on, when the first one is right; show the recovery codes this once."""
    account = _account(db.session())
    if account.totp is not None:
        return redirect(url_for("me.page"), 303)
    try:
        kept = sealing.unseal(request.form.get("secret", "").encode(errors="replace"), _web_secret(), SETTING_UP)
        owner, _colon, secret = kept.partition(":")
        if owner != str(account.id):
            raise sealing.Unsealable
    except sealing.Unsealable:
        return _set_up(second_factor.new_secret(), _("This took too long. Scan the new QR code, please."), 422)
    step = second_factor.step_of(secret, request.form.get("code", ""), now())
    if step is None:
        return _set_up(secret, _("This code is not right. Is the clock of the phone set by the network?"), 422)
    codes = second_factor.switch_on(db.session(), account, secret, step, _web_secret())
    accounts.end_sessions(db.session(), account.id, but=me().session_id)
    noted("totp_on", "account", me().login)
    db.session.commit()
    wanted = request.form.get("next", "")
    following = here(wanted) if wanted or me().must_set_up_two_step else ""
    return render_template("me/codes.html", codes=codes, following=following)


@blueprint.post("/me/two-step/codes")
@allowed(OWN)
def new_codes() -> Page:
    """Make new recovery codes, by the password."""
    if wrong := _refused(_read(), request.form.get("present", "")):
        return _page({"codes": [wrong]}, 422)
    account = _account(db.session())
    if account.totp is None:
        return redirect(url_for("me.page"), 303)
    codes = second_factor.new_recovery_codes(db.session(), account)
    noted("recovery_codes", "account", me().login)
    db.session.commit()
    return render_template("me/codes.html", codes=codes)


@blueprint.post("/me/two-step/off")
@allowed(OWN)
def switch_off() -> Page:
    """Ask for codes no more, by the password."""
    if wrong := _refused(_read(), request.form.get("present", "")):
        return _page({"off": [wrong]}, 422)
    if _required():
        return _page({"off": [_("Everybody here needs two-step login: it cannot be switched off.")]}, 422)
    account = _account(db.session())
    if account.totp is not None:
        second_factor.switch_off(db.session(), account)
        noted("totp_off", "account", me().login)
        db.session.commit()
        flash(_("Two-step login is off: your password alone lets you in."))
    return redirect(url_for("me.page"), 303)


@blueprint.post("/me/sessions/<int:session_id>/end")
@allowed(OWN)
def end_session(session_id: int) -> Page:
    """Log one browser out."""
    if not sessions.end(db.session(), session_id, me().account_id):
        abort(404)
    noted("sessions_ended", "account", me().login)
    db.session.commit()
    flash(_("That browser is logged out."))
    return redirect(url_for("me.page") + "#sessions", 303)


@blueprint.post("/me/sessions/end")
@allowed(OWN)
def end_others() -> Page:
    """Log all other browsers out."""
    if accounts.end_sessions(db.session(), me().account_id, but=me().session_id):
        noted("sessions_ended", "account", me().login)
        db.session.commit()
        flash(_("All other browsers are logged out."))
    return redirect(url_for("me.page") + "#sessions", 303)


def _page(errors: dict[str, list[str]] | None = None, status: int = 200) -> Page:
    account = _read()
    with operator(db.engine, read_only=True) as reading:
        alive = sessions.alive(reading, account.id, now())
        reading.expunge_all()
        left = second_factor.recovery_codes_left(reading, account.id)
    return render_template(
        "me/me.html", account=account, sessions=alive, left=left, browser=browser, errors=errors or {}
    ), status


def _set_up(secret: str, error: str = "", status: int = 200) -> Page:
    settings = current_app.config["SETTINGS"]
    uri = second_factor.address(secret, me().login, f"Souffleur {settings.domain}")
    sealed = sealing.seal(f"{me().account_id}:{secret}", _web_secret()).decode()
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    image = segno.make(uri, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000")
    wanted = request.values.get("next", "")
    page = render_template("me/two_step.html", image=image, spaced=spaced, sealed=sealed, error=error, next=wanted)
    return page, status


def _required() -> bool:
    """Whether the person would have to set it up again at once."""
    with operator(db.engine, read_only=True) as reading:
        subscriber = reading.get(Subscriber, me().subscriber_id) if me().subscriber_id else None
        return two_step_rule.is_required(reading, subscriber)


def _refused(account: Account, given: str) -> str:
    """Why the present password is not taken; "" when it is. Guessing it locks out as at the login."""
    keys = lockout.of_login(account.login, address())
    try:
        with operator(db.engine) as writing:
            lockout.attempt(writing, keys, now())
    except LockedOut as locked:
        return locked_out(locked)
    if not passwords.matches(account.password, given):
        return _("This is not your present password.")
    with operator(db.engine) as writing:
        lockout.succeeded(writing, keys, now())
    return ""


def _account(session: Session) -> Account:
    return session.get_one(Account, me().account_id)


def _read() -> Account:
    """The account as it is, outside of the request's transaction."""
    with operator(db.engine, read_only=True) as reading:
        account = _account(reading)
        reading.expunge(account)
        return account


def _web_secret() -> str:
    return str(current_app.config["SETTINGS"].web_secret)

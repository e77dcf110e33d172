"""Coming in and leaving."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin_ui import mails, worker
from admin_ui.database import db
from admin_ui.entering import address, begin, enter_as, here, locked_out, noted_of, now, typed_login
from admin_ui.identity import COOKIE_KEY
from admin_ui.limits import LOGIN, limiter
from admin_ui.limits import address as of_address
from conf import audit
from conf.accounts import lockout, logins, passwords, second_factor, sessions
from conf.accounts.lockout import LockedOut
from conf.accounts.logins import Candidate
from conf.database import operator
from conf.models import Account, WebSession
from conf.translations import LANGUAGES

CHOICE = timedelta(minutes=5)  # for saying which of several subscribers is meant
YEAR = 365 * 24 * 3600
Page = str | tuple[str, int] | Response

blueprint = Blueprint("login", __name__)


def init_app(app: Flask) -> None:
    """Send the mails of accounts, and let go of what has ended."""
    mails.init_app(app)
    worker.register(app, "tidying the logins", _tidy, 3600.0)


@blueprint.get("/login")
def page() -> Page:
    """Ask who it is."""
    if current_user.is_authenticated:
        return redirect(here(request.args.get("next", "")))
    return _form()


@blueprint.post("/login")
@limiter.limit(LOGIN, key_func=of_address)
def enter() -> Page:
    """Let them in, or say that the two do not fit."""
    login, password = typed_login(), request.form.get("password", "")
    keys = lockout.of_login(login, address())
    try:
        with operator(db.engine) as writing:
            lockout.attempt(writing, keys, now())
    except LockedOut as locked:
        return _form(login, locked_out(locked), 429)
    with operator(db.engine, read_only=True) as reading:
        found = logins.candidates(reading, login)
    fits = logins.fitting(found, password)
    if not fits:
        _failed(found)
        return _form(login, _("The mail address and the password do not fit together."), 422)
    with operator(db.engine) as writing:
        lockout.succeeded(writing, keys, now())
    _renew(fits, password)
    if len(fits) == 1:
        return enter_as(fits[0].account_id, request.form.get("next", ""))
    session["choice"] = {"of": [one.account_id for one in fits], "until": (now() + CHOICE).timestamp()}
    session["next"] = request.form.get("next", "")
    return redirect(url_for("login.which"))


@blueprint.get("/login/which")
def which() -> Page:
    """Ask which subscriber is meant: the password fits in several."""
    accounts = _choice()
    if not accounts:
        return redirect(url_for("login.page"))
    return render_template("login/which.html", accounts=accounts)


@blueprint.post("/login/which")
def choose() -> Page:
    """Go on as the one that was chosen."""
    wanted = request.form.get("account", "")
    chosen = next((key for key, _name in _choice() if str(key) == wanted), None)
    if chosen is None:
        return redirect(url_for("login.page"))
    return enter_as(chosen, session.get("next", ""))


@blueprint.get("/login/code")
def code() -> Page:
    """Ask for the second factor."""
    return _code_form() if _half() else redirect(url_for("login.page"))


@blueprint.post("/login/code")
@limiter.limit(LOGIN, key_func=of_address)
def check_code() -> Page:
    """Let them in by a code of the phone, or by a recovery code."""
    half = _half()
    if half is None:
        return redirect(url_for("login.page"))
    keys = (lockout.of_code(half.account_id), lockout.of_address(address()))
    try:
        with operator(db.engine) as writing:
            lockout.attempt(writing, keys, now())
    except LockedOut as locked:
        return _code_form(locked_out(locked), 429)
    wanted = session.get("next", "")
    with operator(db.engine) as writing:
        left = _enter_by(writing, half, request.form.get("code", "")[:64], keys)
    if left is None:
        return _code_form(_("This code is not right. Codes change every half minute and count once."), 422)
    if left >= 0:
        told = ngettext("You have %(num)s recovery code left.", "You have %(num)s recovery codes left.", left)
        flash(told, "warning")
    return redirect(here(wanted))


@blueprint.post("/login/language")
def language() -> Response:
    """Speak another language from now on in this browser."""
    answer = redirect(here(request.form.get("next", "") or url_for("login.page")), 303)
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        answer.set_cookie("language", wanted, max_age=YEAR, secure=request.is_secure, httponly=True, samesite="Lax")
    return answer


@blueprint.post("/logout")
def leave() -> Response:
    """Log this browser out."""
    if current_user.is_authenticated:
        with operator(db.engine) as writing:
            noted_of(writing, writing.get_one(Account, current_user.account_id), "logged_out")
            sessions.end(writing, current_user.session_id, current_user.account_id)
    session.clear()
    return redirect(url_for("login.page"))


def _form(login: str = "", error: str = "", status: int = 200) -> Page:
    wanted = request.values.get("next", "")
    return render_template("login/login.html", login=login, error=error, next=wanted), status


def _code_form(error: str = "", status: int = 200) -> Page:
    return render_template("login/code.html", error=error), status


def _failed(found: list[Candidate]) -> None:
    """Each subscriber whose user it would have been learns of it; what a stranger typed is not kept."""
    with operator(db.engine) as writing:
        for one in found:
            login = writing.get_one(Account, one.account_id).login
            owner = one.subscriber_id
            audit.record(writing, login, address(), "login_failed", "account", login, subscriber_id=owner)
        if not found:
            audit.record(writing, "", address(), "login_failed", "account")


def _renew(fits: list[Candidate], password: str) -> None:
    """Hash a password anew that was hashed with weaker parameters than today's."""
    for one in fits:
        if passwords.is_old(one.kept):
            hashed = passwords.hashed(password)
            same = (Account.id == one.account_id, Account.password == one.kept)
            with operator(db.engine) as writing:
                writing.execute(update(Account).where(*same).values(password=hashed))


def _choice() -> list[tuple[int, str]]:
    """The accounts that the password fitted a moment ago, with the subscribers' names."""
    choice = session.get("choice") or {}
    if choice.get("until", 0) < now().timestamp():
        return []
    with operator(db.engine, read_only=True) as reading:
        wanted = [reading.get(Account, key) for key in choice["of"]]
        logins_of = {one.login for one in wanted if one is not None}
        found = [one for login in logins_of for one in logins.candidates(reading, login)]
    return [(one.account_id, one.subscriber or _("Operator")) for one in found if one.account_id in choice["of"]]


def _half() -> WebSession | None:
    """The session that waits for the second factor."""
    with operator(db.engine, read_only=True) as reading:
        found = sessions.find(reading, str(session.get(COOKIE_KEY, "")), now())
        if found is None or found[0].whole:
            return None
        reading.expunge(found[0])
        return found[0]


def _enter_by(writing: Session, half: WebSession, code: str, keys: tuple[lockout.Key, ...]) -> int | None:
    """None for a wrong code; the recovery codes that are left when one was used, else -1."""
    account = writing.get_one(Account, half.account_id)
    before = second_factor.recovery_codes_left(writing, account.id)
    if not second_factor.is_right(writing, account.id, code, now(), current_app.config["SETTINGS"].web_secret):
        noted_of(writing, account, "login_failed")
        return None
    lockout.succeeded(writing, keys, now())
    sessions.end(writing, half.id, account.id)
    begin(writing, account)
    left = second_factor.recovery_codes_left(writing, account.id)
    return left if left < before else -1


def _tidy() -> None:
    with operator(db.engine) as writing:
        lockout.forget(writing, now())
        writing.execute(delete(WebSession).where(WebSession.until < now()))

"""Letting somebody in: the web session begins, the cookie holds its token, the audit log knows."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import redirect, request, session, url_for
from flask_babel import format_timedelta
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin_ui.database import db
from admin_ui.identity import COOKIE_KEY
from conf import audit
from conf.accounts import sessions
from conf.accounts.lockout import LockedOut
from conf.database import operator
from conf.models import Account


def enter_as(account_id: int, wanted: str = "") -> Response:
    """Begin a session, and go on: to the second factor where there is one, else to the page that was wanted."""
    with operator(db.engine) as writing:
        account = writing.get_one(Account, account_id)
        whole = account.totp is None
        begin(writing, account, whole=whole)
    if whole:
        return redirect(here(wanted))
    session["next"] = here(wanted)
    return redirect(url_for("login.code"))


def begin(writing: Session, account: Account, *, whole: bool = True) -> None:
    """Give the browser a session of its own; whatever it had before is forgotten."""
    browser = request.user_agent.string
    token = sessions.begin(writing, account, now(), address=address(), browser=browser, whole=whole)
    if whole:
        noted_of(writing, account, "logged_in")
    session.clear()
    session[COOKIE_KEY] = token
    session.permanent = True


def noted_of(writing: Session, account: Account, action: str, actor: str = "") -> None:
    """Say in the audit log what an account did; for pages where nobody is logged in yet."""
    login, owner = account.login, account.subscriber_id
    audit.record(writing, actor or login, address(), action, "account", login, subscriber_id=owner)


def here(path: str) -> str:
    """A path of ours to go on to; the first page for anything else, so that no link leads astray."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return url_for("home.page")
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if ours and path.isprintable() and "\\" not in path else url_for("home.page")


def typed_login() -> str:
    """The mail address that somebody typed; characters that no database keeps are left out."""
    return "".join(sign for sign in request.form.get("login", "") if sign.isprintable()).strip().lower()[:254]


def locked_out(locked: LockedOut) -> str:
    """What somebody reads who tried too often."""
    wait = format_timedelta(max(locked.wait, 1.0), threshold=1.5)
    return _("Too many wrong attempts. Try again in %(time)s.", time=wait)


def address() -> str:
    """Where a request comes from."""
    return request.remote_addr or ""


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)

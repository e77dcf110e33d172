"""Coming in and leaving."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin_ui.database import db
from admin_ui.identity import COOKIE_KEY
from conf.accounts import passwords, sessions
from conf.database import operator
from conf.models import Account

blueprint = Blueprint("login", __name__)


@blueprint.get("/login")
def page() -> str | Response:
    """Ask who it is."""
    if current_user.is_authenticated:
        return redirect(url_for("home.page"))
    return render_template("login/login.html", login="", error="")


@blueprint.post("/login")
def enter() -> tuple[str, int] | Response:
    """Let them in, or say that the two do not fit."""
    login, password = request.form.get("login", "").strip().lower(), request.form.get("password", "")
    with operator(db.engine) as writing:
        for account in writing.scalars(select(Account).where(Account.login == login)):
            if passwords.matches(account.password, password):
                now = datetime.now(UTC)
                address, browser = request.remote_addr or "", request.user_agent.string
                token = sessions.begin(writing, account, now, address=address, browser=browser)
                session.clear()
                session[COOKIE_KEY] = token
                session.permanent = True
                return redirect(url_for("home.page"))
    error = _("The mail address and the password do not fit together.")
    return render_template("login/login.html", login=login, error=error), 422


@blueprint.post("/logout")
def leave() -> Response:
    """Log this browser out."""
    if current_user.is_authenticated:
        with operator(db.engine) as writing:
            sessions.end(writing, current_user.session_id, current_user.account_id)
    session.clear()
    return redirect(url_for("login.page"))

"""From the cookie of a request to the person behind it, and from the person to the rows that the request may see."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from flask import Flask, Request, Response, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from sqlalchemy import Engine, update
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as WerkzeugResponse

from admin_ui import bearer
from admin_ui.database import confine, db
from admin_ui.person import Person, me
from conf.accounts import sessions
from conf.accounts.permissions import ACCOUNT, OPERATE
from conf.database import operator
from conf.editing import roles
from conf.models import Account, Subscriber, User, WebSession

COOKIE_KEY = bearer.COOKIE_KEY
READS = {"GET", "HEAD", "OPTIONS"}

# Where somebody may go whose password must be changed first.
BEFORE = {"static", "passwords.first", "passwords.choose_first", "login.leave", "login.language"}

manager = LoginManager()
manager.login_view = "login.page"
manager.session_protection = None  # the token is bound to nothing that changes on the road


def init_app(app: Flask) -> None:
    """Know who sends each request, and confine its database session to them."""
    manager.init_app(app)
    app.before_request(_confine)


@manager.request_loader
def _person(request: Request) -> Person | None:
    if bearer.is_given(request):  # then the cookie counts for nothing
        return bearer.person(request)
    token = session.get(COOKIE_KEY)
    return find(str(token)) if token else None


def find(token: str) -> Person | None:
    """The person whose browser holds a token; None when the second factor is still missing."""
    now = datetime.now(UTC)
    found = bearer.elsewhere(partial(_look, db.engine, token, now))
    if found is None:
        return None
    person, stale = found
    if stale:
        bearer.aside(partial(_note, db.engine, person.session_id, now))
    return person


def described(web: WebSession, account: Account, user: User | None, subscriber: Subscriber | None) -> Person:
    """What a request may know of a person."""
    return Person(
        account_id=account.id,
        login=account.login,
        name=user.name if user else account.login,
        role=user.role if user else "operator",
        subscriber_id=account.subscriber_id,
        slug=subscriber.slug if subscriber else "",
        subscriber=subscriber.name if subscriber else "",
        language=account.language or (user.doc.get("language", "") if user else ""),
        time_zone=subscriber.time_zone if subscriber else "UTC",
        country=subscriber.country if subscriber else "",
        theme=account.theme,
        session_id=web.id,
        must_change_password=account.one_time,
    )


def _look(engine: Engine, token: str, now: datetime) -> tuple[Person, bool] | None:
    """Whose browser it is, and whether it is long ago that it was seen."""
    with operator(engine, read_only=True) as reading:
        found = sessions.find(reading, token, now)
        if found is None or not found[0].whole:
            return None
        return described(*found), found[0].seen_at < now - sessions.SEEN_EVERY


def _note(engine: Engine, session_id: int, now: datetime) -> None:
    with suppress(SQLAlchemyError), operator(engine) as writing:  # a page is shown though nothing can be written now
        writing.execute(update(WebSession).where(WebSession.id == session_id).values(seen_at=now))


def _confine() -> WerkzeugResponse | None:
    if request.endpoint == "static":
        return None
    if current_user.is_authenticated:
        g.person = person = me()
        confine(person.subscriber_id, read_only=request.method in READS)
        roles.bound(db.session(), is_bound=not person.may(ACCOUNT, OPERATE))
        if person.must_change_password and request.endpoint not in BEFORE:
            if request.path.startswith(bearer.API):
                abort(403)
            return _elsewhere(url_for("passwords.first"))
    return None


@manager.unauthorized_handler
def _stranger() -> WerkzeugResponse:
    """Ask who it is, and go on to the page that was asked for."""
    if request.path.startswith(bearer.API):
        abort(401)
    if "HX-Request" in request.headers:  # a part of a page: the whole page has to go
        return _elsewhere(url_for("login.page"))
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect(url_for("login.page", next=wanted if wanted not in ("", "/") else None))


def _elsewhere(url: str) -> WerkzeugResponse:
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url)

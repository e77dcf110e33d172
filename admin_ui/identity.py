"""From the cookie of a request to the person behind it, and from the person to the rows that the request may see."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from flask import Flask, Request, Response, abort, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from sqlalchemy import Engine
from werkzeug.wrappers import Response as WerkzeugResponse

from admin_ui import bearer, seen
from admin_ui.database import confine, db
from admin_ui.person import Person, me
from conf.accounts import sessions, two_step
from conf.accounts.permissions import ACCOUNT, OPERATE
from conf.database import operator
from conf.editing import roles
from conf.models import Account, Subscriber, User, WebSession

COOKIE_KEY = bearer.COOKIE_KEY
READS = {"GET", "HEAD", "OPTIONS"}

# Where somebody may go whose password must be changed first, or who must set up two-step login.
ALWAYS = {"static", "login.leave", "login.language"}
BEFORE = ALWAYS | {"passwords.first", "passwords.choose_first"}
BEFORE_TWO_STEP = ALWAYS | {"me.two_step", "me.switch_on"}

manager = LoginManager()
manager.login_view = "login.page"
manager.session_protection = None  # the token is bound to nothing that changes on the road


def init_app(app: Flask) -> None:
    """Know who sends each request, and confine its database session to them."""
    manager.init_app(app)
    seen.init_app(app)
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
        seen.seen().note(person.session_id, now)
    return person


def described(
    web: WebSession, account: Account, user: User | None, subscriber: Subscriber | None, missing: bool = False
) -> Person:
    """What a request may know of a person; `missing` is a second factor."""
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
        must_set_up_two_step=missing,
    )


def _look(engine: Engine, token: str, now: datetime) -> tuple[Person, bool] | None:
    """Whose browser it is, and whether it is long ago that it was seen."""
    with operator(engine, read_only=True) as reading:
        found = sessions.find(reading, token, now)
        if found is None or not found[0].whole:
            return None
        missing = two_step.is_missing(reading, found[1], found[3])
        return described(*found, missing), found[0].seen_at < now - sessions.SEEN_EVERY


def _confine() -> WerkzeugResponse | None:
    if request.endpoint == "static":
        return None
    if current_user.is_authenticated:
        g.person = person = me()
        confine(person.subscriber_id, read_only=request.method in READS)
        roles.bound(db.session(), is_bound=not person.may(ACCOUNT, OPERATE))
        if person.must_change_password:
            return _first("passwords.first", BEFORE)
        if person.must_set_up_two_step:
            return _first("me.two_step", BEFORE_TWO_STEP)
    return None


def _first(endpoint: str, open_ones: set[str]) -> WerkzeugResponse | None:
    """Lead to what must be done before anything else, and from there to the page that was asked for."""
    if request.endpoint in open_ones:
        return None
    if request.path.startswith(bearer.API):
        abort(403)
    return _elsewhere(url_for(endpoint, next=_wanted()))


@manager.unauthorized_handler
def _stranger() -> WerkzeugResponse:
    """Ask who it is, and go on to the page that was asked for."""
    if request.path.startswith(bearer.API):
        abort(401)
    if "HX-Request" in request.headers:  # a part of a page: the whole page has to go
        return _elsewhere(url_for("login.page"))
    return redirect(url_for("login.page", next=_wanted()))


def _wanted() -> str | None:
    """The page that was asked for; None for the first one, and for a part of a page."""
    if request.method != "GET" or "HX-Request" in request.headers:
        return None
    wanted = request.full_path.rstrip("?")
    return wanted if wanted != "/" else None


def _elsewhere(url: str) -> WerkzeugResponse:
    if "HX-Request" in request.headers:
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url)

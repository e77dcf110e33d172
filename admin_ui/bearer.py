"""Requests of the API that bring a token, `Authorization: Bearer ...`: they need no cookie, and no form's token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import gevent
from flask import Request, request, session
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Engine, update
from sqlalchemy.exc import SQLAlchemyError

from admin_ui.database import db
from admin_ui.person import Person
from admin_ui.serving import STREAMED
from conf.accounts import tokens
from conf.database import operator
from conf.models import ApiToken

API = "/api/"
T = TypeVar("T")
COOKIE_KEY = "token"  # of the web session, in Flask's signed cookie


class Protection(CSRFProtect):
    """Asks for the form's token where a browser sends a cookie by itself: not where a request names its own token."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse what another site may have sent."""
        if request.path.startswith(API) and (is_given(request) or not session.get(COOKIE_KEY)):
            return  # with neither, the view answers 401
        super().protect(apply_exemptions)


def is_given(asked: Request) -> bool:
    """Whether a request of the API says itself who sends it."""
    return asked.path.startswith(API) and "Authorization" in asked.headers


def person(asked: Request) -> Person | None:
    """Who sent a token; None for one that does not count."""
    given = asked.authorization
    if given is None or given.type != "bearer" or not given.token:
        return None
    now = datetime.now(UTC)
    found = elsewhere(partial(_look, db.engine, given.token, now))
    if found is None:
        return None
    made, stale = found
    if stale:
        aside(partial(_note, db.engine, made.token_id, now))
    return made


def elsewhere(work: Callable[[], T]) -> T:
    """The outcome of what may have to wait for the database; a stream, which shares its thread with all others, has it
    done in another one."""
    if request.environ.get(STREAMED):
        return gevent.get_hub().threadpool.apply(work)
    return work()


def aside(work: Callable[[], object]) -> None:
    """Do something of which a stream does not wait for the outcome."""
    if request.environ.get(STREAMED):
        gevent.get_hub().threadpool.spawn(work)
    else:
        work()


def described(found: tokens.Found) -> Person:
    """What a request may know of a token: it acts in the role that its maker has now, within its scopes."""
    token, subscriber = found.token, found.subscriber
    return Person(
        account_id=0,
        login=f"token {token.name}",
        name=token.name,
        role=found.role,
        subscriber_id=token.subscriber_id,
        slug=subscriber.slug if subscriber else "",
        subscriber=subscriber.name if subscriber else "",
        time_zone=subscriber.time_zone if subscriber else "UTC",
        country=subscriber.country if subscriber else "",
        token_id=token.id,
        scopes=frozenset(found.scopes),
    )


def _look(engine: Engine, text: str, now: datetime) -> tuple[Person, bool] | None:
    """Who a token is, and whether it is long ago that it was used."""
    with operator(engine, read_only=True) as reading:
        found = tokens.find(reading, text, now)
        if found is None:
            return None
        used_at = found.token.used_at
        return described(found), used_at is None or used_at < now - tokens.USED_EVERY


def _note(engine: Engine, token_id: int, now: datetime) -> None:
    with suppress(SQLAlchemyError), operator(engine) as writing:  # the answer does not depend on it
        writing.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_at=now))

"""Idempotency-Key: a POST that is sent twice is done once, and both are given the same answer.

The answer is kept sealed for a day: it may hold what is shown once, such as a new token.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from flask import Flask, Response, abort, current_app, g, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from admin_ui.api.parts.guard import caller
from admin_ui.bearer import API
from admin_ui.database import db
from conf.accounts import sealing
from conf.database import operator
from conf.models import IdempotencyKey

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
_FORM = re.compile(r"[\x21-\x7e]{1,200}")
_HEADERS = ("Content-Type", "ETag", "Location", "Link")


def init_app(app: Flask) -> None:
    """Look at every POST of the API that has a key."""
    app.before_request(_before)
    app.after_request(_after)


def _before() -> Response | None:
    """Note that a request is at work, or answer it as the first one of its key was answered."""
    given = request.headers.get(HEADER)
    is_ours = request.method == "POST" and request.path.startswith(API) and request.endpoint is not None
    if given is None or not is_ours or not current_user.is_authenticated:
        return None
    if not _FORM.fullmatch(given):
        abort(400, _("Idempotency-Key may have 1 to 200 letters, digits and signs, without spaces."))
    who, print_ = caller(), _fingerprint()
    with operator(db.engine) as session:
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < datetime.now(UTC) - KEPT))
        wanted = select(IdempotencyKey).where(IdempotencyKey.caller == who, IdempotencyKey.key == given)
        found = session.scalars(wanted).one_or_none()
        if found is not None:
            return _again(found, print_)
        session.add(IdempotencyKey(caller=who, key=given, fingerprint=print_, subscriber_id=current_user.subscriber_id))
        try:
            session.flush()
        except IntegrityError:  # the other one came between
            session.rollback()
            _at_work()
    g.idempotency = (who, given)
    return None


def _again(found: IdempotencyKey, fingerprint: str) -> Response:
    if found.fingerprint != fingerprint:
        abort(422, _("This Idempotency-Key was used for another request."))
    if found.status is None:
        _at_work()
    try:
        body = sealing.unseal(found.body, _secret()).encode("latin-1")
    except sealing.Unsealable:
        _at_work()
    return Response(body, found.status, {**found.headers, "Idempotency-Replayed": "true"})


def _at_work() -> NoReturn:
    abort(409, _("The first request of this Idempotency-Key has not come to its end. Look before you send another."))


def _after(response: Response) -> Response:
    """Keep the answer; one that says that we failed lets the request be sent again."""
    held = g.pop("idempotency", None)
    if held is None:
        return response
    db.session.rollback()  # what was not committed holds up nobody
    mine = (IdempotencyKey.caller == held[0], IdempotencyKey.key == held[1])
    with operator(db.engine) as session:
        if response.status_code >= 500 or response.status_code in (401, 403, 429) or response.is_streamed:
            session.execute(delete(IdempotencyKey).where(*mine))
        else:
            session.execute(update(IdempotencyKey).where(*mine).values(**_kept(response)))
    return response


def _kept(response: Response) -> dict[str, Any]:
    return {
        "status": response.status_code,
        "headers": {name: response.headers[name] for name in _HEADERS if name in response.headers},
        "body": sealing.seal(response.get_data().decode("latin-1"), _secret()),
    }


def _fingerprint() -> str:
    said = f"{request.method} {request.full_path} {request.mimetype}\n".encode()
    return hashlib.sha256(said + request.get_data()).hexdigest()


def _secret() -> str:
    secret: str = current_app.config["SETTINGS"].web_secret
    return secret

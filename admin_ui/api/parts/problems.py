"""Errors of the API as problem+json (RFC 9457), in the caller's language."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Flask, Response, jsonify, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import HTTPException, default_exceptions

from admin_ui import errors, live
from admin_ui.bearer import API
from admin_ui.database import db
from conf.database import Crossing
from conf.document_problems import MESSAGES
from conf.editing.documents import Stale, etag
from conf.problems import N_, ConfigurationError, Problem

log = logging.getLogger(__name__)
TYPE = "application/problem+json"


def init_app(app: Flask) -> None:
    """Answer every error of the API; those of pages stay as they are."""
    for kind, shown in _SHOWN.items():
        app.register_error_handler(kind, _in_api(shown))
    app.register_error_handler(HTTPException, _http)
    if isinstance(app, APIFlask):
        app.error_callback = _apiflask


def problem(status: int, title: str = "", detail: str = "", **more: Any) -> Response:
    """An answer that says what is wrong."""
    title = title or _title(status)
    response = jsonify({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
    response.status_code = status
    response.mimetype = TYPE
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def refuse(field: str, code: str, message: str, **fields: Any) -> ConfigurationError:
    """One thing that is wrong, to be raised: `message` is an English template marked with N_."""
    return ConfigurationError([Problem(code, message, fields, field=field)])


def told(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Problems as they stand in an answer: field, code and the reason in the caller's language."""
    return [{"field": item.field, "code": item.code, "reason": reason(item)} for item in problems]


def reason(item: Problem) -> str:
    """A problem's message in the caller's language."""
    return (_(item.message) if item.message else "").format(**item.fields)


def _http(error: HTTPException) -> Any:
    if not request.path.startswith(API):
        return errors.show(error)
    status = error.code or 500
    detail = error.description or ""
    if detail == getattr(default_exceptions.get(status), "description", None):
        detail = ""  # Werkzeug's own words are no translation
    if isinstance(error, CSRFError):
        detail = _("A request with the session cookie needs the page's token in X-CSRFToken.")
    if status >= 500 or status == 429:
        detail = ""
    db.session.rollback()
    response = problem(status, "", detail or _advice(status))
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "www-authenticate"):
            response.headers[name] = value
    return response


def _configuration(error: ConfigurationError) -> Response:
    found = [item for item in error.problems if item.severity == "error"] or error.problems
    return problem(422, "", _advice(422), errors=told(found))


def _stale(error: Stale) -> Response:
    current = error.present if isinstance(error.present, dict) else None
    response = problem(412, "", _advice(412), current=current)
    if current is not None:
        response.headers["ETag"] = f'"{etag(current)}"'
    return response


def _invalid(error: ValidationError) -> Response:
    return problem(422, "", _advice(422), errors=told(_of_pydantic(error)))


def _of_pydantic(error: ValidationError) -> list[Problem]:
    found = []
    for item in error.errors(include_url=False, include_input=False):
        context: dict[str, Any] = dict(item.get("ctx", {}))
        template = context.pop("template", "") or MESSAGES.get(item["type"])
        if template is None:
            template, context = N_("is not right: {reason}"), {"reason": item["msg"]}
        field = ".".join(str(part) for part in item["loc"] if part != "[key]")
        found.append(Problem(item["type"], template, context, field=field))
    return found


def _not_there(error: LookupError) -> Response:
    if isinstance(error, KeyError | IndexError):
        raise error  # a mistake of ours
    return problem(404, "", _advice(404))


def _crossing(error: Crossing) -> Response:
    log.error("refused: %s", error)
    return problem(404, "", _advice(404))


def _conflict(error: IntegrityError) -> Response:
    log.warning("the database refused: %s", error.orig)
    return problem(409, "", _advice(409))


def _not_storable(error: DataError) -> Response:
    log.warning("the database refused: %s", error.orig)
    return problem(422, "", _("There is a value that cannot be kept."))


def _away(_error: live.Away) -> Response:
    return problem(503, "", _("No controller answers now. Calls go on. Wait a moment and try again."))


def _refused(error: live.Refused) -> Response:
    return problem(409, "", str(error))


def _apiflask(error: HTTPError) -> Any:
    """An error in APIFlask's own form: its checks of input, its `abort`."""
    if isinstance(error.__cause__, ValidationError):
        return _invalid(error.__cause__)
    found = []
    for fields in (error.detail or {}).values() if isinstance(error.detail, dict) else ():
        for field, texts in fields.items() if isinstance(fields, dict) else ():
            found += [{"field": str(field), "code": "invalid", "reason": str(text)} for text in texts]
    more = {"errors": found} if found else {}
    return problem(error.status_code, "", _advice(error.status_code), **more)


def _in_api(shown: Any) -> Any:
    def handle(error: Exception) -> Any:
        if not request.path.startswith(API):
            raise error
        db.session.rollback()  # what was begun is not kept, and holds up nobody
        return shown(error)

    return handle


_SHOWN = {
    ConfigurationError: _configuration,
    Stale: _stale,
    ValidationError: _invalid,
    LookupError: _not_there,
    Crossing: _crossing,
    IntegrityError: _conflict,
    DataError: _not_storable,
    live.Away: _away,
    live.Refused: _refused,
}


def _title(status: int) -> str:
    titles = {
        400: _("The request cannot be read"),
        401: _("Nobody is logged in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("This method is not answered here"),
        409: _("This does not fit what is there"),
        412: _("Somebody else saved meanwhile"),
        413: _("That is too large"),
        415: _("This kind of content is not read here"),
        422: _("Something is wrong with what was sent"),
        428: _("If-Match is missing"),
        429: _("Too many requests"),
        500: _("Something went wrong here"),
        503: _("Not available now"),
    }
    return titles.get(status) or getattr(default_exceptions.get(status), "__name__", _("Error"))


def _advice(status: int) -> str:
    advice = {
        401: _("Send a token: Authorization: Bearer sfl_... It may have expired, or have been revoked."),
        403: _("Your role does not allow it. Ask an administrator of your organisation if you need it."),
        404: _("There is nothing of that name, or it belongs to somebody else."),
        409: _("Something of that name exists already, or what this names has gone."),
        412: _("Read it again, make your change on that, and send the new ETag."),
        413: _("At most 32 MB can be sent at once."),
        422: _("Each entry of errors names a field and says why."),
        429: _("Wait as long as Retry-After says, in seconds."),
        500: _("It was written down. Try again."),
        503: _("The database does not answer. Calls go on. Wait a moment and try again."),
    }
    return advice.get(status, "")

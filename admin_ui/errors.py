"""What is shown when something goes wrong: a page in the person's language, problem+json for the API."""

from __future__ import annotations

import logging

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable

from admin_ui.database import db

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer every error."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(SQLAlchemyError, database_away)


def show(error: HTTPException) -> Response | tuple[Response, int]:
    """Say what is wrong in the form that was asked for."""
    code = error.code or 500
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    title, advice = words(error)
    if request.path.startswith("/api/"):
        return problem(code, title, error.description or advice if code == 400 else advice)
    return Response(render_template("shell/error.html", code=code, title=title, advice=advice), code)


def problem(code: int, title: str, detail: str = "", **more: object) -> Response:
    """An answer of RFC 9457."""
    response = jsonify({"type": "about:blank", "title": title, "status": code, "detail": detail, **more})
    response.status_code = code
    response.mimetype = "application/problem+json"
    return response


def database_away(error: SQLAlchemyError) -> Response | tuple[Response, int]:
    """The database does not answer, or refused; what was typed is still in the browser."""
    db.session.rollback()
    if isinstance(error, DataError):  # such as a NUL in what was typed
        log.warning("the database refused: %s", error.orig)
        return show(BadRequest())
    log.error("the database: %s", error)
    if not isinstance(error, OperationalError):
        raise error
    return show(ServiceUnavailable())


def words(error: HTTPException) -> tuple[str, str]:
    """A title and what to do, for the person."""
    if isinstance(error, CSRFError):
        return _("This form is too old"), _("You may have logged in anew since. Reload the page and send it again.")
    match error.code:
        case 400:
            return _("The request cannot be read"), _("There is a value that cannot be kept.")
        case 403:
            return _("Not for your role"), _("Ask an administrator of your organisation if you need this page.")
        case 404:
            return _("There is no such page"), _("It may have been removed or renamed.")
        case 413:
            return _("That is too large"), _("At most 32 MB can be sent at once.")
        case 429:
            return _("Too many requests"), _("Wait a minute and try again.")
        case 503:
            return _("The database does not answer"), _("Calls go on. Wait a moment and try again.")
        case 500:
            return _("Something went wrong here"), _("It was written down. Try again, or go back.")
    return error.name, error.description or ""

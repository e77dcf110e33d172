"""Faxes for pages and the API: put in, told of in words, ended, and their pages as PDF and pictures."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, abort, current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from admin_ui.app import settings_of
from admin_ui.audit import noted, noted_reading
from admin_ui.database import confine, db
from admin_ui.person import me, subscriber_id
from conf import content_keys
from conf.fax import listing, queueing, rights
from conf.fax.content import Store
from conf.fax.numbers import Policy
from conf.fax.queueing import Queued, Wanted
from conf.models import Fax
from conf.problems import ConfigurationError, Wrong
from conf.vault import Damaged, Vault
from fax import pictures, received, results

ENDED = ("sent", "failed", "cancelled", "received", "partial")
PREPARED_WITHIN = timedelta(minutes=10)  # after which it is not said any more that it takes a moment


def store() -> Store:
    """Where the content of faxes lies."""
    settings = settings_of(current_app)
    return Store(Vault(settings.data_dir / "vault"), settings.web_secret)


def policy() -> Policy:
    """What the operator opens."""
    settings = settings_of(current_app)
    return Policy(settings.fax_countries, settings.fax_premium, settings.fax_daily)


def seen() -> ColumnElement[bool]:
    """The faxes that the person may see, as a condition. 403 for operators."""
    subscriber_id()
    return rights.visible(db.session(), rights.Viewer(me().login, me().role))


def find(fax_id: int) -> Fax:
    """A fax that the person may see. LookupError, 403 for operators."""
    return listing.read(db.session(), seen(), fax_id)


def put_in(wanted: Wanted) -> Queued:
    """Put faxes in; the caller commits. Raises ConfigurationError, queueing.Conflict."""
    queued = queueing.queue(db.session(), store(), subscriber_id(), wanted, policy(), datetime.now(UTC))
    if queued.new:
        for one in queued.faxes:
            noted("created", "fax", one.to_number)
    return queued


def act(what: Callable[[Session, int, datetime], Fax], fax_id: int) -> Fax:
    """Do one of `fax.acts` with a fax; the caller commits. Raises LookupError, ConfigurationError."""
    before = find(fax_id).state
    try:
        row = what(db.session(), fax_id, datetime.now(UTC))
    except Wrong as wrong:
        raise ConfigurationError([wrong.problem]) from None
    noted("changed", "fax", row.to_number, [("state", before, row.state)])
    return row


def said(row: Fax) -> str:
    """What became of a fax, in the person's language; "" while nothing is to be said."""
    if row.reason and row.reason != "cancelling" and (found := results.reason(row.reason, _)):
        return found
    return results.sentence(row.code, row.cause, _)


def refusal(row: Fax) -> str:
    """Why a document was not taken; "" when all were."""
    return put(row.problem) if row.problem else ""


def put(problem: Sequence[Any]) -> str:
    """A problem as the worker writes it, [file, message, fields], as a sentence."""
    *files, message, fields = problem
    told = _(message).format(**fields) if message else ""
    return ": ".join([*filter(None, files), told]) if told else ""


def looked_at(row: Fax) -> None:
    """Note that somebody reads a fax that came in: it is unread no more. The session only reads afterwards."""
    if row.direction == "out":
        return
    db.session.close()
    confine(subscriber_id(), read_only=False)
    found = find(row.id)
    found.seen_at = found.seen_at or datetime.now(UTC)
    noted("read", "fax", str(row.id))
    db.session.commit()
    db.session.close()
    confine(subscriber_id(), read_only=True)


def has_pages(row: Fax) -> bool:
    """Whether its pages are there, to be looked at."""
    return bool(row.pdf or (row.tiff and row.direction == "out"))


def is_prepared(row: Fax) -> bool:
    """Whether nothing is being done to its pages: of one that came in the process of faxes makes them first."""
    return row.direction == "out" or bool(row.pdf) or not row.tiff


def pdf(row: Fax) -> Response:
    """Its pages as a PDF. 404 when they are not there yet, or no more."""
    _prepared(row)
    noted_reading("fax", str(row.id))
    if row.pdf:
        return _as_file(content(row, row.pdf), "application/pdf", f"fax-{row.id}.pdf")
    with _tiff(row) as tiff:
        made = tiff.with_suffix(".pdf")
        received.to_pdf(tiff, made)
        return _as_file(made.read_bytes(), "application/pdf", f"fax-{row.id}.pdf")


def tiff(row: Fax) -> Response:
    """Its pages as the TIFF that goes over the line. 404 when they are not there yet, or no more."""
    _prepared(row)
    noted_reading("fax", str(row.id))
    return _as_file(content(row, row.tiff), "image/tiff", f"fax-{row.id}.tiff")


def thumbnail(row: Fax) -> Response:
    """Its first page, small, as PNG. 404 when there is none, or not yet."""
    if row.thumbnail:
        return _shown(content(row, row.thumbnail))
    return picture(row, 0, pictures.THUMBNAIL)


def picture(row: Fax, page: int, width: int) -> Response:
    """One of its pages (from 0), as PNG. 404 when there is none, or not yet."""
    _prepared(row)
    with _tiff(row) as tiff:
        try:
            png = pictures.preview(tiff, page, width)
        except pictures.NoSuchPage:
            abort(404)
    return _shown(png)


def _shown(png: bytes) -> Response:
    response = Response(png, mimetype="image/png")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def unprepared(row: Fax) -> str:
    """Why the pages of one that came in are not there yet; "" when they are, or nothing is to come."""
    if is_prepared(row):
        return ""
    if datetime.now(UTC) - row.created_at < PREPARED_WITHIN:
        return _("The pages of this fax are being prepared: they are here in a moment.")
    return _("The pages of this fax are not ready: the fax process does not run, or could not read them.")


def _prepared(row: Fax) -> None:
    if not is_prepared(row):
        abort(404, unprepared(row))


@contextmanager
def _tiff(row: Fax) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fax.tiff"
        path.write_bytes(content(row, row.tiff))
        yield path


def content(row: Fax, name: str) -> bytes:
    """What lies in the vault for a fax. 403 when it is sealed, 404 when it is not there."""
    if not name:
        abort(404, _("The pages of this fax are not there: not yet, or no more."))
    found = io.BytesIO()
    try:
        with store().open(db.session(), row.subscriber_id, name) as file:
            shutil.copyfileobj(file, found)
    except content_keys.Locked:
        abort(403, _("This fax is sealed: it needs the key of your organisation."))
    except (FileNotFoundError, Damaged):
        abort(404, _("The pages of this fax are missing."))
    return found.getvalue()


def _as_file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response

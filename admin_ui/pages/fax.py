"""The fax box: folders, what lies in them, one fax with its pages; and a fax is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select

from admin_ui import faxes
from admin_ui.api.parts import Paging, keyset
from admin_ui.database import confine, db
from admin_ui.forms.told import told
from admin_ui.person import allowed, me, subscriber_id
from conf.accounts.permissions import FAX
from conf.fax import box, listing, queueing
from conf.fax.queueing import Given, To, Wanted
from conf.models import Fax, Number
from conf.problems import ConfigurationError
from fax import acts, results

blueprint = Blueprint("fax", __name__)
GOES = ("queued", "converting", "waiting", "sending", "retrying", "uncertain")
STATES: dict[str, tuple[str, Any]] = {
    "queued": ("amber", _l("In the queue")),
    "converting": ("amber", _l("Its pages are made")),
    "waiting": ("amber", _l("Waits for a line")),
    "sending": ("green", _l("Is being sent")),
    "retrying": ("amber", _l("Is tried again")),
    "uncertain": ("red", _l("Did it arrive?")),
    "sent": ("green", _l("Was sent")),
    "failed": ("red", _l("Was not sent")),
    "cancelled": ("", _l("Was cancelled")),
    "received": ("green", _l("Was received")),
    "partial": ("amber", _l("Pages are missing")),
}
QUALITIES = (
    ("standard", _l("Standard: half the lines, half the time")),
    ("fine", _l("Fine: for letters and small print")),
    ("superfine", _l("Superfine: for drawings, where the far end can")),
)
ACTS = {"cancel": acts.cancel, "resend": acts.resend, "went": acts.it_went}
DONE = {
    "cancel": _l("The fax is cancelled; a call in progress is ended first."),
    "resend": _l("The pages that were not confirmed are sent again."),
    "went": _l("It stands as sent."),
}


@dataclass(frozen=True)
class Folder:
    """A folder: its name, what it is called, the states that lie in it."""

    name: str
    title: Any
    icon: str
    states: tuple[str, ...]


FOLDERS = (
    Folder("inbox", _l("Inbox"), "inbox", ("received", "partial")),
    Folder("outbox", _l("Outbox"), "clock", GOES),
    Folder("sent", _l("Sent"), "send", ("sent",)),
    Folder("failed", _l("Failed"), "circle-alert", ("failed", "cancelled")),
)


@blueprint.get("/fax")
@allowed(FAX)
def page() -> ResponseReturnValue:
    """A folder, and the fax that is chosen in it."""
    subscriber_id()
    folder = next((one for one in FOLDERS if one.name == request.args.get("folder")), FOLDERS[0])
    text = request.args.get("q", "").replace("\0", "").strip()[:100]
    query = Paging(limit=50, cursor=request.args.get("cursor", "")[:1000])
    wanted = listing.faxes(listing.Search(text=text)).where(Fax.state.in_(folder.states))
    try:
        found = keyset(db.session(), wanted, [(Fax.id, True)], query)
    except ConfigurationError:
        abort(404)
    chosen = request.args.get("fax", type=int)
    row = next((one for one in found.items if one.id == chosen), None) or (_one(chosen) if chosen else None)
    args = {"folder": folder.name, **({"q": text} if text else {})}
    return render_template(
        "fax/box.html",
        folders=FOLDERS,
        counts=_counts(),
        folder=folder,
        page=found,
        cursor=query.cursor,
        fax=row,
        calls=listing.attempts(db.session(), row.id) if row else (),
        args=args,
        states=STATES,
        moving=folder.name == "outbox" or (row is not None and (row.state in GOES or not faxes.is_prepared(row))),
        said=faxes.said,
        refusal=faxes.refusal,
        sentence=lambda code, cause: results.sentence(code, cause, _),
        advice=lambda reason: results.advice(reason, _),
        has_pages=faxes.has_pages,
        unprepared=faxes.unprepared,
    )


@blueprint.get("/fax/new")
@allowed(FAX)
def new() -> ResponseReturnValue:
    """An empty fax."""
    return _compose({}, {})


@blueprint.post("/fax/new")
@allowed(FAX)
def send() -> ResponseReturnValue:
    """Put a fax in."""
    names = ("to", "from", "resolution", "subject", "message", "from_name", "key")
    typed = {name: request.form.get(name, "").replace("\0", "").strip() for name in names}
    files = [one for one in request.files.getlist("files") if one.filename]
    words = {name: typed[name] for name in ("subject", "message", "from_name")}
    numbers = [one.strip() for one in typed["to"].replace(";", ",").replace("\n", ",").split(",") if one.strip()]
    wanted = Wanted(
        to=[To(number) for number in numbers],
        documents=[Given((one.filename or "-")[:255], one.stream) for one in files],  # type: ignore[arg-type]
        cover=words if typed["subject"] or typed["message"] else None,
        from_number=typed["from"],
        resolution=typed["resolution"] or "fine",
        key=typed["key"][:200],
        created_by=me().login,
    )
    try:
        queued = faxes.put_in(wanted)
    except (ConfigurationError, queueing.Conflict) as error:
        db.session.rollback()
        confine(subscriber_id(), read_only=True)
        return _compose(typed, _wrong(error), lost=bool(files)), 422
    db.session.commit()
    count = len(queued.faxes)
    flash(ngettext("%(num)s fax is in the outbox.", "%(num)s faxes are in the outbox.", count))
    return redirect(url_for("fax.page", folder="outbox", fax=queued.faxes[0].id if count == 1 else None), 303)


@blueprint.post("/fax/<int:fax_id>/act")
@allowed(FAX)
def act(fax_id: int) -> ResponseReturnValue:
    """Cancel a fax, send the rest again, or say that it arrived."""
    _one(fax_id)
    what = request.form.get("what", "")
    if what not in ACTS:
        abort(400)
    try:
        row = faxes.act(ACTS[what], fax_id)
    except LookupError:
        abort(404)
    except ConfigurationError as error:
        db.session.rollback()
        flash(_("This fax %(reason)s.", reason=told(error.problems[0])), "warning")
        return redirect(url_for("fax.page", folder=_folder(_one(fax_id)), fax=fax_id), 303)
    db.session.commit()
    flash(DONE[what])
    return redirect(url_for("fax.page", folder=_folder(row), fax=fax_id), 303)


@blueprint.get("/fax/<int:fax_id>/pdf")
@allowed(FAX)
def pdf(fax_id: int) -> Response:
    """The pages as a PDF."""
    return faxes.pdf(_one(fax_id))


@blueprint.get("/fax/<int:fax_id>/pages/<int:number>")
@allowed(FAX)
def picture(fax_id: int, number: int) -> Response:
    """One page (from 1) as a picture."""
    return faxes.picture(_one(fax_id), number - 1, 864)


def _one(fax_id: int) -> Fax:
    try:
        return faxes.find(fax_id)
    except LookupError:
        abort(404)


def _folder(row: Fax) -> str:
    return next(folder.name for folder in FOLDERS if row.state in folder.states)


def _counts() -> dict[str, int]:
    states = {state: count for state, count in db.session.execute(select(Fax.state, func.count(Fax.id)).group_by(Fax.state))}  # noqa: C416, E501
    return {folder.name: sum(states.get(state, 0) for state in folder.states) for folder in FOLDERS}


def _wrong(error: Exception) -> dict[str, list[str]]:
    """What is wrong, by the field of the form."""
    if not isinstance(error, ConfigurationError):
        return {"to": [_("This form was sent already, with something else in it: write the fax anew.")]}
    found: dict[str, list[str]] = {}
    for one in error.problems:
        field = {"documents": "files", "from_number": "from"}.get(one.field, one.field.partition(".")[0])
        found.setdefault(field, []).append(f"{one.value} {told(one)}".strip())
    return found


def _compose(typed: dict[str, str], errors: dict[str, list[str]], lost: bool = False) -> str:
    subscriber_id()
    owned = db.session.scalars(select(Number).order_by(Number.position, Number.id)).all()
    return render_template(
        "fax/compose.html",
        typed=typed,
        errors=errors,
        lost=lost,
        numbers=[row.number for row in owned],
        qualities=QUALITIES,
        settings=box.read(db.session()),
        key=typed.get("key") or _key(),
    )


def _key() -> str:
    """A name for what the form becomes: sent twice, it is faxed once."""
    from secrets import token_hex

    return f"page-{token_hex(12)}"

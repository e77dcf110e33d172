"""A fax is written: whom it goes to, its documents, its cover, how it is sent."""

from __future__ import annotations

from secrets import token_hex

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from admin_ui import faxes
from admin_ui.database import confine, db
from admin_ui.forms.told import told
from admin_ui.pages import fax
from admin_ui.person import allowed, me, subscriber_id
from conf.accounts.permissions import FAX
from conf.fax import box, queueing
from conf.fax.queueing import Given, To, Wanted
from conf.models import Number
from conf.problems import ConfigurationError

pages = fax.blueprint  # one entry of the navigation
QUALITIES = (
    ("standard", _l("Standard: half the lines, half the time")),
    ("fine", _l("Fine: for letters and small print")),
    ("superfine", _l("Superfine: for drawings, where the far end can")),
)


@pages.get("/fax/new")
@allowed(FAX)
def new() -> ResponseReturnValue:
    """An empty fax."""
    return _compose({}, {})


@pages.post("/fax/new")
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
    return f"page-{token_hex(12)}"

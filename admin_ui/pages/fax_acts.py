"""What people do with a fax: cancel it, send it again, forward it, mark it, delete it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui import fax_again, faxes
from admin_ui.audit import noted
from admin_ui.database import confine, db
from admin_ui.forms.told import told
from admin_ui.pages import fax
from admin_ui.pages.fax_files import found
from admin_ui.person import allowed, subscriber_id
from conf.accounts.permissions import FAX
from conf.fax import bin, queueing  # noqa: A004  the bin of the box
from conf.fax.queueing import Wanted
from conf.models import Fax
from conf.problems import ConfigurationError, Wrong
from fax import acts

pages = fax.blueprint  # one entry of the navigation
ACTS = {"cancel": acts.cancel, "resend": acts.resend, "went": acts.it_went}
DONE: dict[str, Any] = {
    "cancel": _l("The fax is cancelled; a call in progress is ended first."),
    "resend": _l("The pages that were not confirmed are sent again."),
    "went": _l("It stands as sent."),
    "unread": _l("The fax is marked as unread."),
    "delete": _l("The fax is deleted. It can be restored until it is destroyed."),
    "restore": _l("The fax is back in its folder."),
    "destroy": _l("The fax is destroyed."),
}


@pages.post("/fax/<int:fax_id>/act")
@allowed(FAX)
def act(fax_id: int) -> ResponseReturnValue:
    """Do one of `DONE` with a fax."""
    row = found(fax_id)
    what = request.form.get("what", "")
    if what not in DONE:
        abort(400)
    before = fax.folder_of(row)
    try:
        row = faxes.act(ACTS[what], fax_id) if what in ACTS else _put(row, what)
    except LookupError:
        abort(404)
    except ConfigurationError as error:
        return _told(fax_id, error)
    db.session.commit()
    flash(DONE[what])
    gone = what in ("delete", "destroy", "unread")
    folder, opened = (before, None) if gone else (fax.folder_of(row), fax_id)
    return redirect(url_for("fax.page", folder=folder, fax=opened), 303)


@pages.post("/fax/acts")
@allowed(FAX)
def act_on_many() -> ResponseReturnValue:
    """Do one of unread, read, delete, restore, destroy with those that are ticked."""
    what, done = request.form.get("what", ""), 0
    if what not in ("read", "unread", "delete", "restore", "destroy"):
        abort(400)
    for key in request.form.getlist("faxes", type=int)[:200]:
        try:
            _put(faxes.find(key), what)
        except (LookupError, ConfigurationError):
            continue  # somebody else was quicker, or it has not ended
        done += 1
    db.session.commit()
    flash(_("Done for %(count)s faxes.", count=done) if done else _("Nothing was changed."))
    return redirect(url_for("fax.page", folder=request.form.get("folder", "")[:20]), 303)


@pages.post("/fax/<int:fax_id>/again")
@allowed(FAX)
def again(fax_id: int) -> ResponseReturnValue:
    """Send a fax that ended once more, as a new one."""
    return _put_in(fax_id, lambda row, key: fax_again.again(row, key))


@pages.post("/fax/<int:fax_id>/forward")
@allowed(FAX)
def forward(fax_id: int) -> ResponseReturnValue:
    """Send the pages of a fax to another number."""
    to, message = (request.form.get(name, "").replace("\0", "").strip() for name in ("to", "message"))
    return _put_in(fax_id, lambda row, key: fax_again.forwarded(row, to[:64], message[:10_000], key))


def _put_in(fax_id: int, wanted: Callable[[Fax, str], Wanted]) -> ResponseReturnValue:
    row = found(fax_id)
    key = f"{fax_id}-{request.form.get('key', '')[:100]}" if request.form.get("key") else ""
    try:
        queued = faxes.put_in(wanted(row, key))
    except (ConfigurationError, queueing.Conflict) as error:
        return _told(fax_id, error)
    db.session.commit()
    flash(_("The fax is in the outbox."))
    return redirect(url_for("fax.page", folder="outbox", fax=queued.faxes[0].id), 303)


def _put(row: Fax, what: str) -> Fax:
    """Mark, delete or restore a fax; the caller commits. Raises ConfigurationError."""
    now = datetime.now(UTC)
    if what in ("read", "unread"):
        row.seen_at = now if what == "read" else None
        return row
    try:
        match what:
            case "delete":
                bin.delete(db.session(), row, now)
            case "restore":
                bin.restore(db.session(), row, now)
            case "destroy":
                bin.destroy(db.session(), faxes.store(), row, now)
    except Wrong as wrong:
        raise ConfigurationError([wrong.problem]) from None
    noted({"delete": "deleted", "restore": "restored", "destroy": "destroyed"}[what], "fax", str(row.id))
    return row


def _told(fax_id: int, error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    confine(subscriber_id(), read_only=True)
    reasons = error.problems if isinstance(error, ConfigurationError) else ()
    for one in reasons:
        place = {"to": _("The number %(value)s", value=one.value), "to.0": _("The number %(value)s", value=one.value)}
        flash(_("%(what)s %(reason)s.", what=place.get(one.field, _("This fax")), reason=told(one)), "warning")
    if not reasons:
        flash(_("This was sent already."), "warning")
    row = found(fax_id)
    return redirect(url_for("fax.page", folder=fax.folder_of(row), fax=fax_id), 303)

"""The addresses that nobody listens to for a while, because they guess passwords or scan; and freeing one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.live import Away, Refused, calls
from admin_ui.person import allowed
from admin_ui.tables import Column, Filter, Table
from conf.accounts.permissions import OPERATE
from conf.models import BlockedAddress

blueprint = Blueprint("blocked", __name__)

REASONS: dict[str, Any] = {
    "failures": _l("wrong passwords"),
    "scanner": _l("a scanner's name"),
    "unanswered": _l("asked, and never answered"),
}


@blueprint.get("/blocked")
@allowed(OPERATE)
def index() -> ResponseReturnValue:
    """The list; `?format=csv` is it as a file."""
    wanted = select(BlockedAddress).where(BlockedAddress.until > datetime.now(UTC))
    rows = db.session.scalars(wanted.order_by(BlockedAddress.since.desc())).all()
    columns: list[Column[BlockedAddress]] = [
        Column("address", _l("Address"), lambda row: row.address, main=True),
        Column("reason", _l("Why"), lambda row: str(REASONS.get(row.reason, row.reason))),
        Column("evidence", _l("What it sent"), lambda row: row.evidence),
        Column("since", _l("Since"), lambda row: row.since.isoformat()),
        Column("until", _l("Until"), lambda row: row.until.isoformat()),
        Column("strikes", _l("Times"), lambda row: row.strikes, right=True),
        Column("free", "", lambda row: ""),
    ]
    by_reason: Filter[BlockedAddress] = Filter(
        "reason", _l("Why"), list(REASONS.items()), lambda row, value: row.reason == value
    )
    table = Table("blocked", columns, rows, lambda row: [row.address, row.evidence], [by_reason])
    if request.args.get("format") == "csv":
        return table.csv()
    return render_template("blocked/blocked.html", table=table)


@blueprint.post("/blocked/free")
@allowed(OPERATE)
def free() -> ResponseReturnValue:
    """Have the controllers listen to an address again."""
    address = request.form.get("address", "")
    try:
        calls().free(address)
    except LookupError:
        flash(_("%(address)s is not blocked any more.", address=address), "warning")
    except (Away, Refused):
        flash(_("No controller answers: %(address)s stays blocked. Look at the nodes.", address=address), "error")
    else:
        noted("freed", "address", address)
        db.session.commit()
        flash(_("%(address)s is free. Should it go on as before, it is blocked again, for longer.", address=address))
    return redirect(url_for("blocked.index"), 303)

"""The audit log: a subscriber's for its administrators, the operator's own for the operator."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.database import db
from admin_ui.person import allowed, me, subscriber_id
from admin_ui.tables import cell
from conf import audit
from conf.accounts.permissions import ACCOUNT, OPERATE
from conf.audit import Wanted
from conf.models import AuditEntry

blueprint = Blueprint("audit", __name__)
AT_ONCE = 500  # entries that a file is made of at a time

ACTIONS: dict[str, Any] = {
    "created": _l("created"),
    "changed": _l("changed"),
    "renamed": _l("renamed"),
    "removed": _l("removed"),
    "imported": _l("imported"),
    "published": _l("published"),
    "rolled back": _l("rolled back"),
    "planned": _l("publication planned"),
    "cancelled": _l("plan cancelled"),
    "logged_in": _l("logged in"),
    "login_failed": _l("login failed"),
    "logged_out": _l("logged out"),
    "password_changed": _l("password changed"),
    "totp_on": _l("two-step login on"),
    "totp_off": _l("two-step login off"),
    "recovery_codes": _l("new recovery codes"),
    "sessions_ended": _l("browsers logged out"),
    "invited": _l("invited"),
    "disabled": _l("access taken away"),
    "unlocked": _l("lock ended"),
    "revoked": _l("revoked"),
    "replayed": _l("sent again"),
    "hung_up": _l("hung up"),
    "transferred": _l("transferred"),
    "test_call": _l("test call placed"),
    "freed": _l("freed"),
    "moved": _l("moved"),
    "read": _l("read"),
}
KINDS: dict[str, Any] = {
    "account": _l("Account"),
    "user": _l("User"),
    "telephone": _l("Telephone"),
    "extension": _l("Short number"),
    "number": _l("Phone number"),
    "flow": _l("Flow"),
    "schedule": _l("Schedule"),
    "list": _l("List"),
    "prompt": _l("Prompt"),
    "sound": _l("Sound"),
    "call": _l("Call"),
    "campaign": _l("Campaign"),
    "do_not_call": _l("Do-not-call list"),
    "rule": _l("Prompter rule"),
    "checklist": _l("Checklist"),
    "transcript": _l("Transcript"),
    "message": _l("Message"),
    "fax": _l("Fax"),
    "token": _l("API token"),
    "webhook": _l("Webhook"),
    "subscriber": _l("Subscriber"),
    "trunk": _l("Trunk"),
    "outbound": _l("Outbound rule"),
    "address": _l("Blocked address"),
}
OPERATORS = ("account", "subscriber", "trunk", "outbound", "address", "token")


@blueprint.get("/audit")
@allowed(ACCOUNT)
def index() -> str | Response:
    """A subscriber's log."""
    subscriber_id()
    return _shown({kind: word for kind, word in KINDS.items() if kind not in ("trunk", "outbound", "address")})


@blueprint.get("/operator/audit")
@allowed(OPERATE)
def operator() -> str | Response:
    """The operator's own log: nothing of what subscribers did."""
    return _shown({kind: KINDS[kind] for kind in OPERATORS})


def action_of(entry: AuditEntry) -> str:
    """What was done, as a word."""
    return str(ACTIONS.get(entry.action, entry.action))


def kind_of(entry: AuditEntry) -> str:
    """What it was done to."""
    return str(KINDS.get(entry.kind, entry.kind))


def value_of(value: Any) -> str:
    """A value before or after, as it is read."""
    match value:
        case None:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case str() | int() | float():
            return str(value)
    return json.dumps(value, ensure_ascii=False)


def _shown(kinds: dict[str, Any]) -> str | Response:
    args = request.args.to_dict()
    wanted = _wanted(args)
    if args.get("format") == "csv":
        header = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return Response("".join(_csv(wanted)), mimetype="text/csv", headers=header)
    page = audit.read(db.session(), wanted, args.get("after", ""))
    return render_template(
        "audit/audit.html",
        page=page,
        args=args,
        actions=list(ACTIONS.items()),
        kinds=list(kinds.items()),
        action_of=action_of,
        kind_of=kind_of,
        value_of=value_of,
    )


def _wanted(args: dict[str, str]) -> Wanted:
    until = _day(args.get("until", ""))
    return Wanted(
        text=args.get("q", "").strip(),
        actor=args.get("actor", "").strip(),
        action=args.get("action", ""),
        kind=args.get("kind", ""),
        since=_day(args.get("since", "")),
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str) -> datetime | None:
    """The beginning of a day in the subscriber's time zone; None for what is no day."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, time(), ZoneInfo(me().time_zone)) if 1970 <= day.year < 9000 else None
    except ValueError:
        return None


def _csv(wanted: Wanted) -> Iterator[str]:
    """Every entry that was found, as lines for a spreadsheet."""
    titles = [_("When"), _("Who"), _("From where"), _("Done"), _("Kind"), _("Name"), _("Changes")]
    yield "\ufeff" + _line(titles)
    after = ""
    while True:
        page = audit.read(db.session(), wanted, after, AT_ONCE)
        for entry in page.entries:
            changes = "; ".join(f"{name}: {value_of(old)} → {value_of(new)}" for name, old, new in entry.changes)
            what = [entry.actor, entry.address, action_of(entry), kind_of(entry), entry.name, changes]
            yield _line([entry.at.isoformat(timespec="seconds"), *what])
        if not page.older:
            return
        after = page.older


def _line(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([cell(value) for value in values])
    return out.getvalue()

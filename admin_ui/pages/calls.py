"""The history of calls, and one call explained."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from admin_ui import call_transcript
from admin_ui.audit import noted_reading
from admin_ui.database import db
from admin_ui.explain import timeline
from admin_ui.person import allowed, me, subscriber_id
from admin_ui.prompter_words import MARKS
from admin_ui.tables import cell
from admin_ui.walked import walked
from admin_ui.words import COLOURS, DIRECTIONS, DISPOSITIONS, cause, colour, direction, disposition, ended_by
from conf import call_history, wrap_up
from conf.accounts.permissions import CALLS
from conf.call_history import Place, Wanted
from conf.models import Flow

blueprint = Blueprint("calls", __name__)
YEARS = range(1970, 3000)  # of the days that are asked for
blueprint.add_app_template_global(colour, "call_colour")
blueprint.add_app_template_global(disposition, "call_disposition")
blueprint.add_app_template_global(direction, "call_direction")
blueprint.add_app_template_global(cause, "call_cause")
blueprint.add_app_template_global(ended_by, "call_ended_by")


@blueprint.get("/calls")
@allowed(CALLS)
def index() -> str | Response:
    """Show the calls that the address asks for, the newest first."""
    wanted = wanted_from(request.args.to_dict())
    if request.args.get("format") == "csv":
        return Response(
            _csv(wanted), mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="calls.csv"'}
        )
    after = Place.read(request.args.get("after", ""))
    rows, following = call_history.page(db.session(), subscriber_id(), wanted, after)
    found = call_history.count(db.session(), subscriber_id(), wanted)
    flows = db.session.scalars(select(Flow.name).order_by(Flow.name)).all()
    return render_template(
        "calls/calls.html",
        rows=rows,
        following=following.written() if following else "",
        found=found,
        many=found >= call_history.MOST_COUNTED,
        args=request.args.to_dict(),
        wanted=wanted,
        flows=flows,
        dispositions={word: str(title) for word, title in DISPOSITIONS.items()},
        directions=DIRECTIONS,
        colours=COLOURS,
    )


@blueprint.get("/calls/<call>")
@allowed(CALLS)
def explained(call: str) -> str:
    """Explain one call: what happened, when, in which node of which version."""
    try:
        record = call_history.find(db.session(), subscriber_id(), call)
    except LookupError:
        abort(404)
    events = call_history.events(db.session(), subscriber_id(), call)
    path = list(walked(db.session(), subscriber_id(), record.path))
    written = wrap_up.of_call(db.session(), subscriber_id(), call)
    said = call_transcript.read(db.session(), subscriber_id(), call)
    if said:
        noted_reading("transcript", call)
    shown = {"lines": list(timeline(events)), "path": path, "wrap_ups": written}
    return render_template("calls/call.html", call=record, transcript=said, card_marks=MARKS, **shown)


def wanted_from(args: dict[str, str]) -> Wanted:
    """Read the filters of an address; what makes no sense is left out."""
    zone = ZoneInfo(me().time_zone)
    until = _day(args.get("until", ""), zone)
    return Wanted(
        since=_day(args.get("since", ""), zone),
        until=until + timedelta(days=1) if until else None,
        party=typed_number(args.get("q", "")),
        direction=args.get("direction", "") if args.get("direction", "") in DIRECTIONS else "",
        disposition=args.get("disposition", "") if args.get("disposition", "") in DISPOSITIONS else "",
        flow=args.get("flow", "")[:64],
        problem=args.get("problem") == "1",
    )


def typed_number(text: str) -> str:
    """A number as it is kept, from what somebody typed: spaces and dots go, 00 and a national 0 become +."""
    plain = re.sub(r"[\s./()\0-]", "", text)[:32]
    if plain.startswith("00"):
        return "+" + plain[2:]
    if plain.startswith("0") and len(plain) > 2 and (code := _country_code()):
        return f"+{code}{plain[1:]}"
    return plain


def _country_code() -> int:
    import phonenumbers

    return phonenumbers.country_code_for_region(me().country) if me().country else 0


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return datetime.combine(day, time(), zone) if day.year in YEARS else None


def _csv(wanted: Wanted) -> Iterator[str]:
    heads: list[tuple[str, Any]] = [
        (_("Start"), lambda row: row.started_at.isoformat()),
        (_("Call"), lambda row: row.call),
        (_("Direction"), lambda row: direction(row.direction)),
        (_("From"), lambda row: row.caller),
        (_("Name"), lambda row: row.caller_name),
        (_("To"), lambda row: row.called),
        (_("Outcome"), lambda row: disposition(row.disposition)),
        (_("Wait (s)"), lambda row: round(row.wait, 1)),
        (_("Talk (s)"), lambda row: round(row.talk, 1)),
        (_("Flow"), lambda row: row.flow),
        (_("Version"), lambda row: row.flow_version),
        (_("Cause"), lambda row: row.cause),
        (_("Trunk"), lambda row: row.trunk),
        (_("Problem"), lambda row: row.problem),
    ]
    lines = [_line([title for title, _value in heads], "\ufeff")]
    for row in call_history.every(db.session(), subscriber_id(), wanted):
        lines.append(_line([cell(value(row)) for _title, value in heads]))
    return iter(lines)


def _line(values: list[str], before: str = "") -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return before + out.getvalue()

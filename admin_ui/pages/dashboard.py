"""The overview: today's calls, what is up now, what needs somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template
from sqlalchemy import select

from admin_ui.database import db
from admin_ui.live import Away, Refused, calls
from admin_ui.person import allowed, me, subscriber_id
from conf import call_history
from conf.accounts.permissions import CALLS
from conf.call_history import Span, Wanted
from conf.models import Flow, Number

blueprint = Blueprint("dashboard", __name__)
GOOD = ("answered", "served")
HOUR = 3600  # seconds


@blueprint.get("/overview")
@allowed(CALLS)
def page() -> str:
    """Show the day so far."""
    zone = ZoneInfo(me().time_zone)
    now = datetime.now(zone)
    today = datetime.combine(now.date(), time(), zone)
    before = today - timedelta(days=7)
    session, sid = db.session(), subscriber_id()
    tomorrow = today + timedelta(days=1)
    begun = call_history.spans(session, sid, today, tomorrow, _step(today, tomorrow))
    hours = _hours(begun, zone)
    week_ago = call_history.outcomes(session, sid, before, before + (now - today))
    wrong, _more = call_history.page(session, sid, Wanted(since=today, problem=True), most=5)
    return render_template(
        "dashboard/dashboard.html",
        today=today,
        up=_up(),
        counted=_counted((one.direction, one.disposition, one.calls) for one in begun),
        week_ago=_counted((*kind, number) for kind, number in week_ago.items()),
        hours=hours,
        most_in_an_hour=max(4, *(good + other for _hour, good, other in hours)),
        wrong=wrong,
        **_to_do(),
    )


def _up() -> int | None:
    try:
        return len(calls().board(me().slug)["calls"])
    except (Away, Refused):
        return None


def _counted(outcomes: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """How many calls there were in all, and of each outcome."""
    found: Counter[str] = Counter()
    for direction, disposition, number in outcomes:
        found["all"] += number
        found[disposition] += number
        if direction == "inbound":
            found["inbound"] += number
    return dict(found)


def _step(*ends: datetime) -> int:
    """An hour here is an hour in UTC, or is made of four quarters of one; in seconds."""
    return HOUR if all((end.utcoffset() or timedelta()).total_seconds() % HOUR == 0 for end in ends) else HOUR // 4


def _hours(begun: Iterable[Span], zone: ZoneInfo) -> list[tuple[int, int, int]]:
    """For each hour of the day how many calls went well, and how many did not."""
    good: Counter[int] = Counter()
    other: Counter[int] = Counter()
    for span in begun:
        (good if span.disposition in GOOD else other)[span.since.astimezone(zone).hour] += span.calls
    return [(hour, good[hour], other[hour]) for hour in range(24)]


def _to_do() -> dict[str, Any]:
    """Numbers that lead nowhere, and flows that were never published: what a new installation asks for first."""
    numbers = db.session.execute(select(Number.number, Number.flow, Number.mode)).all()
    flows = db.session.execute(select(Flow.name, Flow.published).order_by(Flow.name)).all()
    return {
        "idle_numbers": [row.number for row in numbers if not row.flow and row.mode != "fax"],
        "unpublished": [row.name for row in flows if row.published is None],
        "any_flow": bool(flows),
        "any_number": bool(numbers),
    }

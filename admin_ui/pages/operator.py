"""The operator's first page: the controllers, their FreeSWITCH, how many calls. Nothing of whose calls they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from admin_ui.audit import noted
from admin_ui.database import db
from admin_ui.live import Away, Refused, calls
from admin_ui.person import allowed
from conf.accounts import two_step
from conf.accounts.permissions import OPERATE
from conf.models import Controller

blueprint = Blueprint("operator", __name__)


@dataclass(frozen=True)
class Node:
    """One controller. `state` is a colour and words; `since` when it was started, as it says."""

    id: str
    url: str
    colour: str
    state: str
    freeswitch: str
    switch_colour: str
    switch: str
    calls: int
    since: datetime | None
    lease_until: datetime | None
    advice: str = ""


@blueprint.get("/operator")
@allowed(OPERATE)
def page() -> str:
    """Show them; the page asks again every five seconds."""
    nodes, away = found()
    return render_template(
        "operator/operator.html",
        nodes=nodes,
        away=away,
        total=sum(one.calls for one in nodes),
        required=two_step.operators_must(db.session()),
    )


@blueprint.post("/operator/two-step")
@allowed(OPERATE)
def require_two_step() -> ResponseReturnValue:
    """Say whether operators need two-step login."""
    before, required = two_step.operators_must(db.session()), request.form.get("required") == "true"
    if required != before:
        two_step.require_of_operators(db.session(), required)
        noted("changed", "account", "operators", [("require_two_step", before, required)])
        db.session.commit()
        flash(_("Operators need two-step login now.") if required else _("Operators may log in by a password alone."))
    return redirect(url_for("operator.page"), 303)


def found() -> tuple[list[Node], bool]:
    """The controllers, and whether none of them answers: then what they last wrote is all there is."""
    rows = {row.id: row for row in db.session.scalars(select(Controller).order_by(Controller.id))}
    try:
        told: list[dict[str, Any]] = calls().board("")["controllers"]
    except (Away, Refused):
        now = datetime.now(UTC)
        return [_silent(row, row.lease_until > now) for row in rows.values()], True
    return [_node(one, rows.get(one["id"])) for one in sorted(told, key=lambda one: str(one["id"]))], False


def _node(told: dict[str, Any], row: Controller | None) -> Node:
    colour, state, advice = _state(told)
    switch = (told.get("switch") or {}).get("state", "")
    switch_colour, words = _switch(str(switch))
    since = told.get("since")
    return Node(
        id=str(told["id"]),
        url=str(told.get("url", "")),
        colour=colour,
        state=state,
        freeswitch=str(told.get("freeswitch", "")),
        switch_colour=switch_colour,
        switch=words,
        calls=int(told.get("calls") or 0),
        since=datetime.fromtimestamp(since, UTC) if isinstance(since, int | float) else None,
        lease_until=row.lease_until if row else None,
        advice=advice,
    )


def _state(told: dict[str, Any]) -> tuple[str, str, str]:
    if told.get("draining"):
        return "amber", _("lets its calls end"), _("It takes no new calls and stops after the last one.")
    if told.get("answers") and told.get("database") is False:
        return "amber", _("works without the database"), _("Calls go on by what it knows. Look after the database.")
    if told.get("answers"):
        return "green", _("works"), ""
    if told.get("alive"):
        return (
            "red",
            _("does not answer"),
            _("Its lease still runs. If it stays so, restart it: its calls are taken over."),
        )
    return "", _("is gone"), _("Its lease has ended; its calls were taken over by the others.")


def _switch(state: str) -> tuple[str, str]:
    match state:
        case "up":
            return "green", _("connected")
        case "" | "unknown":
            return "", _("not known")
    return "red", _("away")


def _silent(row: Controller, alive: bool) -> Node:
    state = row.state or {}
    since = state.get("since")
    colour, words, advice = _state({"alive": alive})
    return Node(
        id=row.id,
        url=row.url,
        colour=colour,
        state=words,
        freeswitch=row.freeswitch,
        switch_colour="",
        switch=_("not known"),
        calls=int(state.get("calls") or 0) if alive else 0,
        since=datetime.fromtimestamp(since, UTC) if isinstance(since, int | float) else None,
        lease_until=row.lease_until,
        advice=advice,
    )

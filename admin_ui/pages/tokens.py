"""The page "API and webhooks": tokens of the API; the webhooks on it are in webhooks.py beside this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.api import tokens as over_api
from admin_ui.api.parts.problems import reason
from admin_ui.database import db
from admin_ui.person import allowed, me
from conf import webhooks
from conf.accounts import tokens
from conf.accounts.permissions import ACCOUNT, OPERATE
from conf.accounts.scopes import AREAS, grantable
from conf.models import ApiToken, Webhook
from conf.problems import ConfigurationError

blueprint = Blueprint("tokens", __name__)

AREA_TITLES = {
    "flows": _l("Flows"),
    "numbers": _l("Numbers"),
    "schedules": _l("Schedules"),
    "lists": _l("Lists"),
    "prompts": _l("Prompts"),
    "users": _l("Users"),
    "extensions": _l("Short numbers"),
    "calls": _l("Call history"),
    "live": _l("Live calls"),
    "subscriber": _l("Settings"),
    "campaigns": _l("Campaigns"),
    "prompter": _l("Prompter"),
    "desk": _l("Desk"),
    "fax": _l("Fax"),
    "webhooks": _l("Webhooks"),
    "tokens": _l("API tokens"),
    "audit": _l("Audit log"),
    "trunks": _l("Trunks and outbound rules"),
    "controllers": _l("Controllers"),
}
LASTS = {"30": _l("30 days"), "90": _l("90 days"), "365": _l("1 year"), "": _l("It does not end by itself")}


@blueprint.get("/tokens")
@allowed(ACCOUNT, OPERATE)
def index() -> ResponseReturnValue:
    """Tokens, and a subscriber's webhooks."""
    found = tokens.listed(db.session(), me().subscriber_id)
    return render_template(
        "tokens/index.html",
        tokens=found,
        in_force=tokens.in_force(db.session(), found),
        webhooks=webhooks.listed(db.session()) if me().subscriber_id else [],
        state=state,
        titles=titles,
        told=told,
    )


@blueprint.get("/tokens/new")
@allowed(ACCOUNT, OPERATE)
def new() -> ResponseReturnValue:
    """An empty form."""
    return _form({"name": "", "lasts": "90", "scopes": []}, {})


@blueprint.post("/tokens/new")
@allowed(ACCOUNT, OPERATE)
def create() -> ResponseReturnValue:
    """Make a token and show it, this once."""
    form = request.form
    given = {"name": form.get("name", ""), "lasts": form.get("lasts", ""), "scopes": form.getlist("scopes")}
    lasts = given["lasts"] if given["lasts"] in LASTS else "90"
    until = datetime.now(UTC) + timedelta(days=int(lasts)) if lasts else None
    try:
        made, text = over_api.new(form.get("name", ""), form.getlist("scopes"), until)
    except ConfigurationError as error:
        db.session.rollback()
        return _form(given, by_field(error)), 422
    db.session.commit()
    command = f'curl -H "Authorization: Bearer {text}" {request.host_url}api/v1/{_first(made.scopes)}'
    return render_template("tokens/created.html", token=made, text=text, command=command)


@blueprint.post("/tokens/<int:token_id>/revoke")
@allowed(ACCOUNT, OPERATE)
def revoke(token_id: int) -> ResponseReturnValue:
    """Let a token be of no use any more."""
    try:
        name = tokens.read(db.session(), me().subscriber_id, token_id).name
        along = [token.name for token in over_api.end(token_id) if token.id != token_id]
    except LookupError:
        abort(404)
    db.session.commit()
    flash(_("The token %(name)s is of no use any more.", name=name))
    if along:
        flash(_("It had made others, which ended with it: %(names)s.", names=", ".join(along)), "warning")
    return redirect(url_for("tokens.index"), 303)


def state(token: ApiToken, in_force: Iterable[str]) -> tuple[str, str]:
    """A colour and a word for a token, of which some scopes are in force."""
    if token.revoked_at:
        return "", _("Revoked")
    if token.expires_at and token.expires_at <= datetime.now(UTC):
        return "", _("Expired")
    if not in_force:
        return "red", _("Stopped")
    if set(in_force) != set(token.scopes):
        return "amber", _("Restricted")
    if token.expires_at and token.expires_at <= datetime.now(UTC) + timedelta(days=7):
        return "amber", _("Ends soon")
    return "green", _("Valid")


def titles(scopes: Iterable[str]) -> str:
    """What a token may do, for people: `Flows (write), Call history`."""
    found = []
    given = set(scopes)
    for area, title in AREA_TITLES.items():
        if f"{area}:write" in given:
            found.append(_("%(area)s (write)", area=title))
        elif f"{area}:read" in given:
            found.append(str(title))
    return ", ".join(found)


def told(hook: Webhook) -> str:
    """What a webhook is told of, for people."""
    return ", ".join(_(webhooks.EVENTS[kind]) for kind in hook.events) or _("Everything")


def by_field(error: ConfigurationError) -> dict[str, list[str]]:
    """The reasons, by the field that they belong to."""
    found: dict[str, list[str]] = {}
    for problem in error.problems:
        found.setdefault(problem.field, []).append(reason(problem))
    return found


def _first(scopes: Iterable[str]) -> str:
    """Something that a token may read, to try it out."""
    there = {rule.rule for rule in current_app.url_map.iter_rules()}
    areas = [{"live": "live-calls"}.get(area, area) for area in (word.partition(":")[0] for word in scopes)]
    return next((area for area in areas if f"/api/v1/{area}" in there), "openapi.json")


def _form(given: Mapping[str, object], errors: dict[str, list[str]]) -> str:
    may = grantable(me().role)
    areas = [(area, AREA_TITLES[area], f"{area}:write" in may) for area in AREAS if f"{area}:read" in may]
    return render_template("tokens/new.html", given=given, errors=errors, areas=areas, lasts=LASTS.items())

"""The frame of every page: navigation in the groups that a telephony person expects, each role seeing its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from admin_ui.languages import translator
from admin_ui.person import me
from conf.accounts.permissions import ACCOUNT, CALLS, CONFIGURE, DESK, FAX, LIVE, OPERATE, PEOPLE


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; shown when its endpoint exists and the role may go there."""

    endpoint: str
    title: Any
    icon: str
    permission: str


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    title: Any
    places: tuple[Place, ...]


NAVIGATION = (
    Group("", (Place("dashboard.page", _l("Overview"), "layout-dashboard", CALLS),)),
    Group(_l("Live"), (Place("live.page", _l("Live calls"), "radio", LIVE),)),
    Group(
        _l("Route"),
        (
            Place("flows.index", _l("Flows"), "workflow", CONFIGURE),
            Place("numbers.index", _l("Numbers"), "hash", CONFIGURE),
            Place("schedules.index", _l("Schedules"), "calendar-clock", CONFIGURE),
            Place("lists.index", _l("Lists"), "list-filter", CONFIGURE),
            Place("prompts.index", _l("Prompts"), "audio-lines", CONFIGURE),
        ),
    ),
    Group(
        _l("People"),
        (
            Place("users.index", _l("Users"), "users", PEOPLE),
            Place("extensions.index", _l("Short numbers"), "grid-3x3", PEOPLE),
        ),
    ),
    Group(_l("Calls"), (Place("calls.index", _l("Call history"), "history", CALLS),)),
    Group(_l("Desk"), (Place("desk.page", _l("Desk"), "headset", DESK),)),
    Group(_l("Fax"), (Place("fax.page", _l("Fax box"), "printer", FAX),)),
    Group(
        _l("Account"),
        (
            Place("tokens.index", _l("API and webhooks"), "plug", ACCOUNT),
            Place("audit.index", _l("Audit log"), "scroll-text", ACCOUNT),
            Place("subscriber.page", _l("Settings"), "settings", ACCOUNT),
        ),
    ),
    Group(
        _l("Operator"),
        (
            Place("operator.page", _l("Nodes"), "server", OPERATE),
            Place("subscribers.index", _l("Subscribers"), "building-2", OPERATE),
            Place("trunks.index", _l("Trunks"), "cable", OPERATE),
            Place("outbound.index", _l("Outbound rules"), "route", OPERATE),
            Place("blocked.index", _l("Blocked addresses"), "shield-ban", OPERATE),
            Place("tokens.index", _l("API tokens"), "plug", OPERATE),
            Place("audit.operator", _l("Audit log"), "scroll-text", OPERATE),
        ),
    ),
)


def init_app(app: Flask) -> None:
    """Give every template the frame."""
    app.context_processor(_frame)


def navigation() -> list[Group]:
    """The groups that the person sees."""
    seen = []
    for group in NAVIGATION:
        places = tuple(place for place in group.places if _is_there(place))
        if places:
            seen.append(Group(group.title, places))
    return seen


def home() -> str:
    """Where a person begins: the first place of their navigation."""
    for group in navigation():
        return url_for(group.places[0].endpoint)
    return url_for("me.page")


def _is_there(place: Place) -> bool:
    return place.endpoint in current_app.view_functions and me().may(place.permission)


def _frame() -> dict[str, Any]:
    inside = bool(current_user and current_user.is_authenticated)
    locale = get_locale()
    language = locale.language if locale else "en"
    return {
        "navigation": navigation() if inside else [],
        "here": (request.endpoint or "").split(".")[0],
        "person": me() if inside else None,
        "language": language,
        "_": translator(language),
        "known_endpoints": current_app.view_functions,
        "is_htmx": request.headers.get("HX-Request") == "true",
    }

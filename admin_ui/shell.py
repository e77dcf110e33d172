"""The frame of every page: navigation in the groups that a telephony person expects, each role seeing its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
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
    url: str = ""

    @property
    def family(self) -> str:
        """The pages that it stands for."""
        return self.endpoint.split(".")[0]


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
    Group(
        _l("Speech"),
        (
            Place("prompter.index", _l("Prompter"), "message-square-quote", CONFIGURE),
            Place("campaigns.index", _l("Campaigns"), "megaphone", CONFIGURE),
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
    app.extensions["navigation"] = lru_cache(maxsize=256)(partial(_seen, app))


def navigation() -> tuple[Group, ...]:
    """The groups that the person sees, in the language of the request."""
    seen: Callable[..., tuple[Group, ...]] = current_app.extensions["navigation"]
    return seen(me().permissions, _language(), request.script_root)


def home() -> str:
    """Where a person begins: the first place of their navigation."""
    for group in navigation():
        return group.places[0].url
    return url_for("me.page")


def _seen(app: Flask, permissions: frozenset[str], _language: str, _root: str) -> tuple[Group, ...]:
    """What all see who may do the same, and speak the same language: made for the first of them."""
    seen = []
    for group in NAVIGATION:
        places = tuple(
            replace(place, title=str(place.title), url=url_for(place.endpoint))
            for place in group.places
            if place.endpoint in app.view_functions and place.permission in permissions
        )
        if places:
            seen.append(Group(str(group.title), places))
    return tuple(seen)


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "en"


def _frame() -> dict[str, Any]:
    inside = bool(current_user and current_user.is_authenticated)
    language = _language()
    return {
        "navigation": navigation() if inside else (),
        "here": (request.endpoint or "").split(".")[0],
        "person": me() if inside else None,
        "language": language,
        "_": translator(language),
        "known_endpoints": current_app.view_functions,
        "is_htmx": request.headers.get("HX-Request") == "true",
    }

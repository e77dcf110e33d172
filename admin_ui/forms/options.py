"""What selects offer: the names of the subscriber's own documents, countries, languages, time zones."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from admin_ui.database import db
from admin_ui.filters import phone
from admin_ui.forms.field import Option
from conf.document_fields import COUNTRIES
from conf.models import Extension, Flow, Number, User

LANGUAGES = (("fr", _l("French")), ("en", _l("English")), ("de", _l("German")))
ROLES = (
    ("administrator", _l("Administrator: everything of the organisation")),
    ("engineer", _l("Engineer: flows, numbers, schedules, calls")),
    ("agent", _l("Agent: answers calls at the desk")),
    ("fax", _l("Fax user: the fax box only")),
)


def flows() -> list[Option]:
    """The published flows."""
    wanted = select(Flow.name).where(Flow.published.is_not(None)).order_by(Flow.name)
    return [("", _("No flow yet")), *((name, name) for name in db.session.scalars(wanted))]


def numbers() -> list[Option]:
    """The subscriber's numbers."""
    wanted = select(Number.number).order_by(Number.position, Number.id)
    return [
        ("", _("Whatever the flow or the operator chooses")),
        *((one, phone(one)) for one in db.session.scalars(wanted)),
    ]


def people() -> list[Option]:
    """The users, by name."""
    rows = db.session.execute(select(User.login, User.name).order_by(User.name))
    return [(login, f"{name} ({login})") for login, name in rows]


def short_numbers() -> list[Option]:
    """Every short number, with what stands behind it."""
    wanted = select(Extension.number, Extension.target, User.name).outerjoin(User, User.id == Extension.user_id)
    rows = db.session.execute(wanted.order_by(Extension.number))
    return [(number, name or phone(target)) for number, target, name in rows]


def countries() -> list[Option]:
    """Countries by their name in the person's language."""
    return list(_countries(str(get_locale() or "en")))


@lru_cache(maxsize=8)
def _countries(language: str) -> tuple[Option, ...]:
    names: Any = Locale.parse(language).territories
    return tuple(sorted(((code, names.get(code, code)) for code in COUNTRIES), key=lambda one: one[1]))


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Time zones that are named after a place."""
    return tuple(
        sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    )

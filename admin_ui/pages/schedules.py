"""Schedules: the week, the public holidays, and the days that differ."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel import Locale
from flask import Blueprint
from flask_babel import format_date, format_time, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.forms import opening, options
from admin_ui.forms.composed import Exceptions, Holidays
from admin_ui.forms.family import Family, Words
from admin_ui.forms.field import Area, Option, Text
from admin_ui.forms.form import Form, Section
from admin_ui.forms.hours import Week
from admin_ui.pages.documents import Views, pages
from admin_ui.person import me
from admin_ui.tables import Column
from conf import documents
from conf.accounts.permissions import CONFIGURE
from conf.models import Document
from controller.flow.problem import FlowError
from controller.flow.schedules import DAYS

blueprint = Blueprint("schedules", __name__)

STATES = {"open": _l("Open"), "closed": _l("Closed"), "holiday": _l("Holiday")}


def form() -> Form:
    """The form of a schedule."""
    week = (
        Text(name="name", label=_l("Name"), required=True, help=_l("Flows ask for it by this name.")),
        Week(
            name="hours",
            label=_l("Hours of the week"),
            days=weekdays,
            help=_l("Type 9 or 9h30. Hours that end before they begin, such as 22:00–06:00, run over midnight."),
        ),
    )
    differing = (
        Holidays(
            name="holidays",
            label=_l("Public holidays"),
            calendars=calendars,
            help=_l("On these days callers leave the node by “Holiday”."),
        ),
        Exceptions(
            name="exceptions",
            label=_l("Days that differ"),
            help=_l("The last one that names a day decides, also against a public holiday."),
        ),
    )
    more = (
        Text(
            name="time_zone",
            label=_l("Time zone"),
            optional=True,
            attrs={"list": "zones", "placeholder": me().time_zone},
            help=_l("Empty: that of the organisation."),
        ),
        Area(name="note", label=_l("Note"), optional=True, help=_l("For colleagues; callers never hear it.")),
    )
    return Form(
        documents.Schedule,
        (Section("", week), Section(_l("Holidays and other days"), differing), Section("", more)),
    )


@blueprint.app_template_filter()
def weekday(day: date) -> str:
    """Mon, Tue ..."""
    return str(format_date(day, "EEE", rebase=False))


@blueprint.app_template_filter()
def day_and_month(day: date) -> str:
    """24 Dec."""
    return str(format_date(day, "d MMM", rebase=False))


@blueprint.app_template_filter()
def long_day(day: date | str) -> str:
    """24 December 2026; a text that is no date stays as it is."""
    try:
        found = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        return str(day)
    return str(format_date(found, "long", rebase=False))


def weekdays() -> list[Option]:
    """The days of the week, by their names."""
    names: Any = Locale.parse(str(get_locale() or "en")).days["format"]["wide"]
    return [(day, names[number].capitalize()) for number, day in enumerate(DAYS)]


def calendars() -> list[Option]:
    """Countries and parts of them whose holidays are known."""
    names = dict(options.countries())
    return [(code, names.get(code.partition("-")[0], code)) for code in opening.calendars()]


def told(doc: Document) -> str:
    """Whether it is open now, and until when."""
    try:
        at = datetime.now(UTC).astimezone(opening.zone_of(doc, me().time_zone))
        now = opening.now(doc, at, me().country)
    except (FlowError, ValueError, LookupError):
        return ""
    if now.state == "open":
        return _("Open now, until %(moment)s.", moment=when(now.until, at)) if now.until else _("Always open.")
    state = _("Holiday today") if now.state == "holiday" else _("Closed now")
    if now.opens is None:
        return _("%(state)s; it does not open in the next two months.", state=state)
    moment = when(now.opens, at)
    if now.opens.date() == at.date():
        moment = _("at %(time)s", time=moment)
    return _("%(state)s; opens %(moment)s.", state=state, moment=moment)


def when(moment: datetime, at: datetime) -> str:
    """A moment to come: the time alone today, with the day later on."""
    time = format_time(moment, "short", rebase=False)
    if moment.date() == at.date():
        return time
    if moment.date() == at.date() + timedelta(days=1):
        return _("tomorrow %(time)s", time=time)
    if moment.date() < at.date() + timedelta(days=7):
        return _("%(day)s %(time)s", day=format_date(moment, "EEEE", rebase=False), time=time)
    return _("%(day)s %(time)s", day=format_date(moment, "d MMMM", rebase=False), time=time)


def week(doc: Document) -> str:
    """The week on one line."""
    names: Any = Locale.parse(str(get_locale() or "en")).days["format"]["abbreviated"]
    said = []
    for days, spans in (doc.get("hours") or {}).items():
        written = days
        for number, day in enumerate(DAYS):
            written = written.replace(day, f"\0{number}")
        for number in range(len(DAYS)):
            written = written.replace(f"\0{number}", names[number])
        said.append(f"{written} {', '.join(spans)}")
    return " · ".join(said)


def more(_name: str, doc: Document) -> dict[str, Any]:
    """The days to come, and the holidays to come."""
    try:
        today = datetime.now(UTC).astimezone(opening.zone_of(doc, me().time_zone)).date()
        language = str(get_locale() or "en")
        return {
            "days": opening.days(doc, today, me().country, language),
            "coming": opening.coming(doc, today, me().country, language),
            "zones": options.zones(),
            "today": today,
        }
    except (FlowError, ValueError, LookupError):
        return {"days": [], "coming": [], "zones": options.zones()}


def copied(doc: Document) -> Document:
    """A copy, under a name that is to be changed."""
    return {**doc, "name": _("%(name)s (copy)", name=doc["name"])[:64]}


class Schedules(Views):
    """The views of schedules: the list says which are open."""

    def _render(self, page: str, **context: Any) -> str:
        return super()._render(page, is_open=is_open, **context)


def is_open(doc: Document) -> bool:
    """Whether it is open now."""
    try:
        at = datetime.now(UTC).astimezone(opening.zone_of(doc, me().time_zone))
        return opening.now(doc, at, me().country).state == "open"
    except (FlowError, ValueError, LookupError):
        return False


FAMILY = Family(
    kind="schedules",
    permission=CONFIGURE,
    words=Words(
        title=_l("Schedules"),
        about=_l("When you are open. Flows ask a schedule, and take their callers another way when you are closed."),
        new=_l("Add a schedule"),
        empty=_l("A schedule says when you are open, on holidays too. Add one, and let a flow ask it."),
        sure=_l("Remove the schedule %(name)s?"),
        icon="calendar-clock",
    ),
    form=form,
    columns=(
        Column("name", _l("Name"), lambda doc: doc["name"], main=True),
        Column("told", _l("Now"), told),
        Column("hours", _l("Week"), week),
        Column("holidays", _l("Holidays"), lambda doc: opening.calendar_of(doc, me().country)),
        Column("exceptions", _l("Days that differ"), lambda doc: len(doc.get("exceptions", [])), right=True),
    ),
    searched=lambda doc: [doc["name"], doc.get("note", "")],
    told=told,
    copied=copied,
    more=more,
    stays=True,
)
pages(blueprint, FAMILY, Schedules(FAMILY))

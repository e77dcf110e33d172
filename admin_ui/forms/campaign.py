"""The form of a campaign: what the law asks stands beside the choice that brings it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui import campaign_words as words
from admin_ui.forms import options
from admin_ui.forms.field import Choice, Field, Inputs, Option, Switch, Text, Whole, first, whole
from admin_ui.forms.form import Form, Section
from admin_ui.forms.hours import Week
from conf.campaigns.document import Campaign, Pace
from conf.campaigns.retries import PLAN
from conf.models import Document

UNITS: tuple[tuple[int, Any], ...] = ((60, _l("minutes")), (3600, _l("hours")), (86400, _l("days")))
USUAL = Pace()


@dataclass(frozen=True, kw_only=True)
class DayOf(Text):
    """A day, in the browser's calendar."""

    widget: ClassVar[str] = "day"


@dataclass(frozen=True, kw_only=True)
class OwnWeek(Week):
    """The hours of a campaign: as long as it has none of its own, a day without hours is not closed."""

    nothing: Any = _l("no hours of its own")


@dataclass(frozen=True, kw_only=True)
class Seconds(Field):
    """Seconds, whole as people write them and a number in the document."""

    default: Any = 25.0
    widget: ClassVar[str] = "whole"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {self.name: [plain(self.of(doc))]}

    def parse(self, text: str) -> Any:
        return decimal(text, self.default)


@dataclass(frozen=True, kw_only=True)
class PaceOf(Field):
    """`pace.at_once` and `pace.per_second`."""

    default: Any = None
    widget: ClassVar[str] = "pace"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        said = self.of(doc) or {}
        return {
            f"{self.name}.at_once": [plain(said.get("at_once", USUAL.at_once))],
            f"{self.name}.per_second": [plain(said.get("per_second", USUAL.per_second))],
        }

    def read(self, sent: Inputs) -> Document:
        at_once = whole(first(sent, f"{self.name}.at_once").strip(), USUAL.at_once)
        per_second = decimal(first(sent, f"{self.name}.per_second"), USUAL.per_second)
        if (at_once, per_second) == (USUAL.at_once, USUAL.per_second):
            return {}
        return {self.name: {"at_once": at_once, "per_second": per_second}}

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return ".".join(map(str, path[:2])) if len(path) > 1 else f"{self.name}.at_once"


@dataclass(frozen=True, kw_only=True)
class RetriesOf(Field):
    """`retries.busy.times`, `retries.busy.after`, `retries.busy.unit`: only what differs from the usual is kept."""

    default: Any = None
    widget: ClassVar[str] = "retries"

    def rows(self) -> list[Option]:
        """The outcomes after which somebody may be called again."""
        return [(outcome, words.outcome(outcome)) for outcome in PLAN]

    def units(self) -> tuple[tuple[int, Any], ...]:
        """What a wait is counted in."""
        return UNITS

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        said = self.of(doc) or {}
        found = {}
        for outcome, usual in PLAN.items():
            again = said.get(outcome) or {}
            after = again.get("after", usual.after)
            unit = _unit(after)
            at = f"{self.name}.{outcome}"
            found[f"{at}.times"] = [plain(again.get("times", usual.times))]
            found[f"{at}.after"] = [plain(after / unit if isinstance(after, int | float) else after)]
            found[f"{at}.unit"] = [str(unit)]
        return found

    def read(self, sent: Inputs) -> Document:
        retries = {}
        for outcome, usual in PLAN.items():
            at = f"{self.name}.{outcome}"
            times = whole(first(sent, f"{at}.times").strip(), usual.times)
            unit = next((one for one, _title in UNITS if str(one) == first(sent, f"{at}.unit")), UNITS[0][0])
            typed = first(sent, f"{at}.after")
            after = decimal(typed, usual.after)
            if typed.strip() and isinstance(after, float):
                after *= unit
            if (times, after) != (usual.times, usual.after):
                retries[outcome] = {"times": times, "after": after}
        return {self.name: retries} if retries else {}

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return ".".join(map(str, path[:3])) if len(path) > 2 else self.name


def form(weekdays: Callable[[], Sequence[Option]]) -> Form:
    """The form of a campaign; `weekdays` are the days of the week by their names."""
    what = (
        Text(name="name", label=_l("Name"), required=True, attrs={"maxlength": 64}),
        Choice(
            name="flow",
            label=_l("Flow"),
            options=_flows,
            required=True,
            help=_l("It talks to whoever picks up. Only published flows can be chosen."),
        ),
        Choice(
            name="number",
            label=_l("Number shown"),
            options=_numbers,
            required=True,
            help=_l("What the person called sees, and calls back."),
        ),
    )
    law = (
        Choice(
            name="purpose",
            label=_l("Purpose"),
            options=[("", _l("Choose a purpose")), *words.PURPOSES.items()],
            required=True,
            help=_l("It decides on which ground somebody may be called at all."),
        ),
        Switch(
            name="automatic",
            label=_l("No person talks: announcements, a menu or a robot"),
            default=True,
            help=_l(
                "In France an automatic commercial call needs consent, and an automatic call shows a number that is "
                "made for it: one that begins with 01 62, 01 63, 02 70, 02 71, 03 77, 03 78, 04 24, 04 25, 05 68, "
                "05 69, 09 48 or 09 49. Contacts are not called with another one."
            ),
        ),
        Choice(
            name="ground",
            label=_l("Ground for all contacts"),
            options=[("", _l("Each row of the file gives its own")), *words.BASES.items()],
            optional=True,
            help=_l("It counts for every contact whose row gives none. Without any ground nobody is called."),
        ),
        DayOf(name="ground_since", label=_l("There since"), optional=True),
    )
    when = (
        OwnWeek(
            name="hours",
            label=_l("Own hours"),
            days=weekdays,
            help=_l(
                "As long as no day has hours, calls are placed whenever the rules of the contact's country allow. "
                "Hours here only narrow that, in the contact's own time zone."
            ),
        ),
        DayOf(name="opens", label=_l("First day"), optional=True),
        DayOf(name="ends", label=_l("Last day"), optional=True),
    )
    how = (
        PaceOf(name="pace", label=_l("Pace")),
        Seconds(name="ring", label=_l("Let it ring, in seconds"), help=_l("From 5 to 60.")),
        Whole(
            name="most_calls",
            label=_l("Most calls to one contact"),
            default=4,
            help=_l("From 1 to 10, whatever came of them. The rules of the country may allow fewer."),
        ),
        RetriesOf(name="retries", label=_l("When somebody is called again")),
    )
    return Form(
        Campaign,
        (
            Section("", what),
            Section(_l("What the law asks"), law),
            Section(_l("When calls are placed"), when),
            Section(_l("How calls are placed"), how),
        ),
    )


def plain(value: Any) -> str:
    """A number without needless zeros; what is none stays as it is."""
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def decimal(text: str, default: Any) -> Any:
    """A number with a point or a comma; the text when it is none."""
    text = text.strip().replace(",", ".")
    if not text:
        return default
    return float(text) if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", text) else text


def _unit(seconds: Any) -> int:
    """The largest unit that a wait is a whole number of; 24 hours stay hours."""
    if not isinstance(seconds, int | float) or seconds % 3600:
        return 60
    return 86400 if seconds > 86400 and seconds % 86400 == 0 else 3600


def _flows() -> list[Option]:
    return [("", _("Choose a flow")), *options.flows()[1:]]


def _numbers() -> list[Option]:
    return [("", _("Choose a number")), *options.numbers()[1:]]

"""Which calls the prompter listens to, and what is kept of them: a part of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from admin_ui import prompter_words as words
from admin_ui.database import db
from admin_ui.filters import phone
from admin_ui.forms import options
from admin_ui.forms.field import Field, Inputs, Option, Several, Switch, Whole, first
from admin_ui.forms.nested import Group, Lines
from conf.models import Document
from conf.models import Number as PhoneNumber
from conf.prompter.policy import BUDGET, KEPT_DAYS

OFF, EVERY, SOME = "", "every", "some"


@dataclass(frozen=True, kw_only=True)
class Directions(Several):
    """Directions: where none is said, calls that come in."""

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return super().inputs({self.name: doc.get(self.name, ["inbound"])})

    def read(self, sent: Inputs) -> Document:
        chosen = [value for value in sent.get(self.name, []) if value]
        return {} if chosen == ["inbound"] else {self.name: chosen}


@dataclass(frozen=True, kw_only=True)
class Policy(Group):
    """`prompter.calls` says whether it listens to none, to all, or to those of some numbers, queues and people."""

    widget: ClassVar[str] = "prompter"
    chosen: Sequence[str] = ("numbers", "queues", "users")

    def choices(self) -> list[Option]:
        """To which calls it may listen."""
        return [
            (OFF, _l("No call")),
            (SOME, _l("Calls of some numbers, queues or people")),
            (EVERY, _l("Every call")),
        ]

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        policy = self.of(doc)
        which = OFF if policy is None else EVERY if policy.get("every") else SOME
        return super().inputs(doc) | {f"{self.name}.calls": [which]}

    def read(self, sent: Inputs) -> Document:
        inner = self.inner(sent)
        which = first(inner, "calls")
        if which == OFF:
            return {}
        inside = self.inside(inner)
        if which == EVERY:
            inside = {"every": True, **{key: value for key, value in inside.items() if key not in self.chosen}}
        return {self.name: inside}


def field() -> Policy:
    """The field of the settings."""
    ways = list(words.DIRECTIONS.items())
    fields: tuple[Field, ...] = (
        Several(name="numbers", label=_l("Numbers called"), options=_numbers),
        Lines(name="queues", label=_l("Queues"), optional=True, help=_l("One on a line.")),
        Several(name="users", label=_l("People"), options=options.people),
        Directions(name="directions", label=_l("Direction"), options=lambda: ways),
        Switch(
            name="store",
            label=_l("Keep transcripts"),
            default=True,
            help=_l("Rules can be tried on past calls only when there are some. Without it nothing said is kept."),
        ),
        Whole(
            name="keep_days",
            label=_l("Keep them for so many days"),
            default=KEPT_DAYS,
            help=_l("Transcripts, and the cards that were shown, are deleted then."),
        ),
        Lines(
            name="mask",
            label=_l("Mask besides"),
            optional=True,
            help=_l(
                "Regular expressions, one on a line, such as customer (\\d+). What they find is kept as •••, or only "
                "what stands in brackets. Card numbers and their codes are always masked."
            ),
        ),
        Whole(name="budget", label=_l("Most cards in a minute"), default=BUDGET, help=_l("From 1 to 60.")),
    )
    return Policy(name="prompter", label=_l("Listens to"), fields=fields)


def _numbers() -> list[Option]:
    wanted = select(PhoneNumber.number).order_by(PhoneNumber.position, PhoneNumber.id)
    return [(one, phone(one)) for one in db.session.scalars(wanted)]

"""The form of a rule of the prompter: what makes it fire, and the card that it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import g
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from admin_ui import prompter_words as words
from admin_ui.database import db
from admin_ui.forms import options
from admin_ui.forms.campaign import DayOf
from admin_ui.forms.field import Area, Choice, Field, Inputs, Option, Several, Switch, Text, Whole, first
from admin_ui.forms.form import Form, Section
from admin_ui.forms.nested import Group, GroupRows, Lines, LinesBy, Named, Number, TextBy
from admin_ui.person import subscriber_id
from conf.models import Document, Subscriber
from conf.prompter.documents import Rule

SIMILARITY = 85
FINER = ("similarity", "regex")


@dataclass(frozen=True, kw_only=True)
class OneOf(Group):
    """A group of which only some fields are read: those that a choice among them asks for.

    `chooser` is the name of the choice's input; `by_choice` names the fields of each of its values.
    """

    chooser: str
    by_choice: dict[str, tuple[str, ...]]
    chosen: Callable[[Document], str]
    choice: Choice
    kept: bool = False  # whether the choice is a key of the document
    widget: ClassVar[str] = "one_of"

    def shown_for(self, field: Field) -> str:
        """The values of the choice under which a field is shown; "" for one that always is."""
        name = field.name.removeprefix(f"{self.name}.")
        if name not in {one for names in self.by_choice.values() for one in names}:
            return ""
        return " ".join(value for value, names in self.by_choice.items() if name in names)

    def chooses(self) -> Field:
        """The choice under its whole name."""
        return self.under(self.choice)

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return super().inputs(doc) | {f"{self.name}.{self.chooser}": [self.chosen(self.within(doc))]}

    def inside(self, sent: Inputs) -> Document:
        value = first(sent, self.chooser)
        apart = {one for names in self.by_choice.values() for one in names}
        wanted = self.by_choice.get(value, ())
        asked = [one for one in self.fields if one.name in wanted or one.name not in apart]
        found = {key: value for one in asked for key, value in one.read(one.mine(sent)).items()}
        return {self.chooser: value, **found} if self.kept else found


@dataclass(frozen=True, kw_only=True)
class Trigger(OneOf):
    """What makes a rule fire: `when.kind` chooses the part that counts."""

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds that there are."""
        return tuple(self.by_choice)

    def inside(self, sent: Inputs) -> Document:
        kind = first(sent, self.chooser)
        return {kind: super().inside(sent).get(kind, {})} if kind in self.by_choice else {}

    def read(self, sent: Inputs) -> Document:
        return {self.name: self.inside(self.inner(sent))}

    def line(self, doc: Document) -> str:
        return words.trigger(self.of(doc))


@dataclass(frozen=True, kw_only=True)
class Unless(Group):
    """Words that keep a rule from firing: there are none as long as no word is written."""

    def inside(self, sent: Inputs) -> Document:
        found = super().inside(sent)
        return found if found.get("phrases") or found.get("regex") else {}

    def line(self, doc: Document) -> str:
        return words.unless(self.of(doc)) or "—"


def languages() -> list[Option]:
    """The languages, the organisation's first."""
    if "callers_language" not in g:
        wanted = select(Subscriber.language).where(Subscriber.id == subscriber_id())
        g.callers_language = db.session.scalars(wanted).one()
    return sorted(options.LANGUAGES, key=lambda one: one[0] != g.callers_language)


def form() -> Form:
    """The form of a rule."""
    card = (
        TextBy(name="title", label=_l("Title"), languages=languages, required=True),
        TextBy(
            name="text",
            label=_l("Text"),
            languages=languages,
            long=True,
            help=_l(
                "It may quote {{said}}, {{caller}}, {{called}}, {{agent}}, {{queue}} and what is known of the "
                "customer, such as {{segment}}. What is not known is left empty."
            ),
        ),
        GroupRows(
            name="links",
            label=_l("Links"),
            fields=(
                Text(name="url", label=_l("Address"), required=True, attrs={"placeholder": "https://"}),
                TextBy(name="title", label=_l("Title"), languages=languages, required=True),
            ),
        ),
        Choice(name="audience", label=_l("Who sees it"), options=list(words.AUDIENCES.items()), default="agent"),
    )
    when = (
        trigger(),
        unless(),
    )
    limits = (
        Number(name="cooldown", label=_l("Shown again after, in seconds"), default=60),
        Switch(name="once", label=_l("At most once in a call")),
        Whole(
            name="priority",
            label=_l("Priority"),
            default=50,
            help=_l("0 to 100. When many cards come in one minute, those of high priority are shown; from 70 on they "
                    "also get the minute's last place."),
        ),
        Group(name="only", label=_l("Only in calls"), fields=only_fields()),
        Several(name="languages", label=_l("Only in calls in"), options=lambda: options.LANGUAGES, optional=True),
        DayOf(name="from", label=_l("First day"), optional=True),
        DayOf(name="until", label=_l("Last day"), optional=True),
    )  # fmt: skip
    about = (
        Text(name="category", label=_l("Category"), optional=True, attrs={"maxlength": 64, "list": "categories"}),
        Text(
            name="name",
            label=_l("Name"),
            required=True,
            attrs={"maxlength": 64},
            help=_l("What the rule is called in lists, files and the API. Empty: its title."),
        ),
        Area(name="note", label=_l("Note"), optional=True, help=_l("For those who edit the rule.")),
        Switch(name="active", label=_l("The rule is active"), default=True),
    )
    sections = (
        Section(_l("When it fires"), when),
        Section(_l("The card"), card),
        Section(_l("How often, and in which calls"), limits),
        Section(_l("The rule"), about),
    )
    return Form(Rule, sections)


def trigger() -> Trigger:
    """What makes a rule fire: a part for each kind."""
    by, longer = side("agent"), Number(name="longer", label=_l("Longer than, in seconds"), default=None)
    parts = (
        Group(name="said", label="", fields=heard("either"), more=FINER),
        absent(),
        Group(name="silence", label="", fields=(longer,)),
        Group(name="cross_talk", label="", fields=(longer,)),
        Group(name="monologue", label="", fields=(by, longer)),
        rate(),
        event(),
    )
    return Trigger(
        name="when",
        label=_l("It fires when"),
        fields=parts,
        chooser="kind",
        by_choice={one.name: (one.name,) for one in parts},
        chosen=lambda when: next(iter(when), "said"),
        choice=Choice(name="kind", label=_l("It fires when"), options=list(words.KINDS.items()), default="said"),
    )


def unless() -> Group:
    """Words that keep a rule from firing."""
    within = Number(
        name="within",
        label=_l("Also when they were said so many seconds before"),
        default=0,
        help=_l("0: only when they stand in the same sentence."),
    )
    return Unless(
        name="unless",
        label=_l("Not when"),
        help=_l("When these words are heard, the rule does not fire."),
        fields=(*heard("either", phrases=_l("Words that keep it back")), within),
        more=FINER,
    )


def heard(default: str, phrases: Any = None) -> tuple[Field, ...]:
    """The fields of words that are listened for."""
    return (
        side(default),
        LinesBy(
            name="phrases",
            label=phrases or _l("Phrases"),
            languages=languages,
            help=_l("One on a line. Near is enough; a * ends the beginning of a word: refund*"),
        ),
        Whole(
            name="similarity",
            label=_l("How near, of 100"),
            default=SIMILARITY,
            help=_l("From 60 to 100; 100 is word for word."),
        ),
        Lines(
            name="regex",
            label=_l("Regular expressions"),
            optional=True,
            help=_l("One on a line, for small letters without accents, with numbers as figures: order \\d+"),
        ),
    )


def side(default: str) -> Choice:
    """Who speaks."""
    return Choice(name="by", label=_l("Who speaks"), options=list(words.SIDES.items()), default=default)


def absent() -> OneOf:
    """Words that were not said: within a time, or before others."""
    before = Group(name="before", label=_l("The other words"), fields=heard("either"), more=FINER)
    return OneOf(
        name="absent",
        label="",
        fields=(
            *heard("either"),
            Number(name="within", label=_l("Within, in seconds"), default=None),
            Choice(name="after", label=_l("After"), options=list(words.AFTER.items()), default="answer"),
            before,
        ),
        more=FINER,
        chooser="end",
        by_choice={"within": ("within", "after"), "before": ("before",)},
        chosen=lambda said: "before" if said.get("before") else "within",
        choice=Choice(
            name="end",
            label=_l("They are missing when they were not said"),
            options=[("within", _l("within a time")), ("before", _l("before other words"))],
        ),
    )


def rate() -> OneOf:
    """How fast one side speaks."""
    return OneOf(
        name="rate",
        label="",
        fields=(
            side("agent"),
            Number(name="above", label=_l("More words a minute than"), default=None),
            Number(name="below", label=_l("Fewer words a minute than"), default=None),
            Number(name="over", label=_l("Over the last seconds of speech"), default=20),
        ),
        chooser="bound",
        by_choice={"above": ("above",), "below": ("below",)},
        chosen=lambda said: "below" if said.get("below") is not None else "above",
        choice=Choice(name="bound", label=_l("How"), options=[("above", _l("too fast")), ("below", _l("too slowly"))]),
    )


def event() -> OneOf:
    """Something that happens to the call."""
    valued = ("key", "node", "queue", "called", "attribute", "transfer")
    return OneOf(
        name="event",
        label="",
        fields=(
            Text(name="name", label=_l("What is known, by its name"), attrs={"placeholder": "segment"}),
            Text(name="is", label=_l("Its value"), optional=True, help=_l("Empty: any. A * at the end: begins so.")),
            Number(name="longer", label=_l("For so many seconds"), default=None, optional=True),
        ),
        chooser="kind",
        by_choice={
            **dict.fromkeys(words.EVENTS, ()),
            **dict.fromkeys(valued, ("is",)),
            "attribute": ("name", "is"),
            "hold": ("longer",),
        },
        chosen=lambda said: str(said.get("kind", "answer")),
        choice=Choice(name="kind", label=_l("What happens"), options=list(words.EVENTS.items())),
        kept=True,
    )


def only_fields() -> tuple[Field, ...]:
    """What must be true of a call."""
    star = _l("One on a line; a * at the end stands for any rest.")
    ways = list(words.DIRECTIONS.items())
    return (
        Several(name="directions", label=_l("Direction"), options=lambda: ways, optional=True),
        Lines(name="called", label=_l("Numbers called"), optional=True, help=star),
        Lines(name="queues", label=_l("Queues"), optional=True, help=star),
        Lines(name="nodes", label=_l("Nodes"), optional=True, help=star),
        Named(
            name="attributes",
            label=_l("What is known of the customer"),
            optional=True,
            help=_l("One on a line, such as segment: vip, gold"),
        ),
    )


def named(doc: Document) -> Document:
    """A document with a name: its own, or its title's first words."""
    if doc.get("name"):
        return doc
    title = words.spoken(doc.get("title")) if isinstance(doc.get("title"), dict) else ""
    return {"name": " ".join(title.replace("/", " ").split())[:64].strip().lstrip("."), **_without(doc, "name")}


def _without(doc: Document, key: str) -> Document:
    return {name: value for name, value in doc.items() if name != key}

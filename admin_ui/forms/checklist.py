"""The form of a checklist of the prompter: the steps of a conversation, and the words by which each is known."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from admin_ui.forms import options
from admin_ui.forms.field import Area, Several, Switch, Text
from admin_ui.forms.form import Form, Section
from admin_ui.forms.nested import Group, GroupRows, Number, TextBy
from admin_ui.forms.rule import heard, languages, named, only_fields
from conf.models import Document
from conf.prompter.documents import Checklist


def form() -> Form:
    """The form of a checklist."""
    steps = GroupRows(
        name="steps",
        label=_l("Steps"),
        fields=(
            TextBy(name="title", label=_l("Step"), languages=languages, required=True),
            *heard("agent"),
            Number(name="weight", label=_l("Weight"), default=1, help=_l("What it counts beside the others.")),
            Switch(name="optional", label=_l("Optional: it does not count")),
            Text(name="name", label=_l("Name"), required=True, attrs={"maxlength": 64}, help=_l("Empty: its title.")),
        ),
        more=("similarity", "regex", "weight", "name"),
        ordered=True,
    )
    about = (
        TextBy(name="title", label=_l("Title"), languages=languages, required=True),
        steps,
        Switch(
            name="ordered",
            label=_l("The steps have an order"),
            help=_l("A step that comes too early then counts half."),
        ),
    )
    more = (
        Group(name="only", label=_l("Only in calls"), fields=only_fields()),
        Several(name="languages", label=_l("Only in calls in"), options=lambda: options.LANGUAGES, optional=True),
        Text(
            name="name",
            label=_l("Name"),
            required=True,
            attrs={"maxlength": 64},
            help=_l("What the checklist is called in files and the API. Empty: its title."),
        ),
        Area(name="note", label=_l("Note"), optional=True, help=_l("For those who edit the checklist.")),
        Switch(name="active", label=_l("The checklist is active"), default=True),
    )
    return Form(Checklist, (Section("", about), Section(_l("In which calls"), more)))


def whole(doc: Document) -> Document:
    """A checklist with a name, and so its steps."""
    steps = doc.get("steps")
    return named({**doc, "steps": [named(step) for step in steps]} if isinstance(steps, list) else doc)

"""Two people edit the same document: what the other one changed, and a form that has both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from admin_ui.forms.field import Field, Inputs
from admin_ui.forms.form import Form
from conf.models import Document


@dataclass(frozen=True)
class Other:
    """A field that the other person changed; `yours` is None where you left it as it was."""

    label: Any
    before: str
    theirs: str
    yours: str | None


def compared(form: Form, base: Document, present: Document, sent: Inputs) -> list[Other]:
    """What somebody else changed since `base` was shown, field by field, beside what was typed."""
    mine = form.read(sent, base)
    return [
        Other(one.label, one.line(base), one.line(present), one.line(mine) if _differ(one, base, mine) else None)
        for one in form.fields
        if _differ(one, base, present)
    ]


def merged(form: Form, base: Document, present: Document, sent: Inputs) -> dict[str, list[str]]:
    """The inputs with what was typed, and what the other person wrote into the fields that were not touched."""
    mine = form.read(sent, base)
    found: dict[str, list[str]] = {}
    for one in form.fields:
        touched = _differ(one, base, mine)
        found |= one.settled(sent) if touched else one.inputs(present)
    return found


def _differ(field: Field, one: Document, other: Document) -> bool:
    return bool(field.read(field.inputs(one)) != field.read(field.inputs(other)))

"""What is wrong with a document, as a person reads it beside an input."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_ui.forms.paths import at, parts
from conf.models import Document
from conf.problems import Problem

# Messages that say something of the value: the value is written before them.
_OF_THE_VALUE = ("is ", "must ", "may ", "has ")
_FILL = _l("Please fill this in.")
# Files say it in the words of their keys; a form has inputs instead.
_IN_A_FORM = {
    "missing": _FILL,
    "string_too_short": _FILL,
    "too_short": _FILL,
    "not_one_target": _l("Choose a flow, or write a number."),
    "not_one_action": _l("Say what those on the list meet."),
    "not_one_exception": _l("Give the hours of this day, or say that it is closed."),
    "not_one_destination": _l("Write either numbers or countries."),
    "not_one_way": _l("Either name trunks, or refuse these calls."),
    "silent": _l("Write a text, or choose a sound."),
}


def told(problem: Problem, doc: Document | None = None) -> str:
    """One sentence. With the document, the problem stands beside its input; without, it names its place itself."""
    text = _(problem.message)
    if problem.fields:
        text = text.format(**problem.fields)
    if doc is None:
        place = " · ".join(part for part in (problem.file, problem.field) if part)
        return f"{place}: {text}" if problem.file else _sentence(text)
    if problem.code in _IN_A_FORM:
        return str(_IN_A_FORM[problem.code])
    value = _value(problem, doc)
    if problem.message.startswith(_OF_THE_VALUE):
        if value in ("", None):
            return str(_FILL)
        if isinstance(value, str) and len(value) <= 60:
            return _("“%(value)s” %(problem)s.", value=value, problem=text)
    return _sentence(text)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _value(problem: Problem, doc: Document) -> Any:
    return at(doc, parts(problem.field))

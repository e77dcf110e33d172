"""A form: fields in sections, a document before and after, and what is wrong beside the input that is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from admin_ui.forms.field import Field, Inputs, Option
from admin_ui.forms.options import short_numbers
from admin_ui.forms.paths import parts
from admin_ui.forms.told import told
from conf.models import Document
from conf.problems import Problem


@dataclass(frozen=True)
class Section:
    """Fields under one heading; "" has none. A `folded` one is open when it says something."""

    title: Any
    fields: tuple[Field, ...]
    help: Any = ""
    folded: bool = False


@dataclass
class Filled:
    """A form as it is shown: the inputs' values, and what is wrong at each; `general` belongs to none of them."""

    values: dict[str, list[str]]
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    general: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        """An input's value."""
        return (self.values.get(name) or [""])[0]

    def chosen(self, name: str) -> list[str]:
        """An input's values."""
        return self.values.get(name, [])

    def wrong(self, name: str) -> list[str]:
        """What is wrong at an input."""
        return self.errors.get(name, [])


@dataclass(frozen=True)
class Form:
    """`model` is the document's class: new keys are written in its order.

    `beside` has inputs that are no fields, and the keys of the document whose problems they show.
    """

    model: type[BaseModel]
    sections: tuple[Section, ...]
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field."""
        return tuple(one for section in self.sections for one in section.fields)

    def short_numbers(self) -> list[Option]:
        """What inputs for a number suggest."""
        return short_numbers()

    def filled(self, doc: Document) -> Filled:
        """The form of a document."""
        return Filled({name: values for one in self.fields for name, values in one.inputs(doc).items()})

    def refilled(self, sent: Inputs, problems: Iterable[Problem], doc: Document) -> Filled:
        """The form as it was sent, with what is wrong in it. `doc` is what was read from it."""
        filled = Filled({name: values for one in self.fields for name, values in one.settled(sent).items()})
        for problem in problems:
            place = self._place(problem, doc)
            text = told(problem, doc if place else None)
            if place:
                filled.errors[place].append(text)
            else:
                filled.general.append(text)
        return filled

    def read(self, sent: Inputs, before: Document) -> Document:
        """The document that the inputs mean. What was not changed stays as it was written, order and all."""
        doc = dict(before)
        for one in self.fields:
            if (new := one.read(one.mine(sent))) == one.read(one.inputs(before)):
                continue
            for key in one.keys:
                if key not in new:
                    doc.pop(key, None)
                elif doc.get(key) != new[key]:
                    doc = self._put(doc, key, new[key])
        return doc

    def _put(self, doc: Document, key: str, value: Any) -> Document:
        if key in doc:
            return {**doc, key: value}
        order = [field.alias or name for name, field in self.model.model_fields.items()]
        place = order.index(key)
        before = [other for other in doc if other not in order or order.index(other) < place]
        return {
            **{other: doc[other] for other in before},
            key: value,
            **{other: doc[other] for other in doc if other not in before},
        }

    def _place(self, problem: Problem, doc: Document) -> str:
        path = parts(problem.field)
        if problem.file:
            return ""
        for one in self.fields:
            if path and path[0] in one.keys or not path and problem.code in one.codes:
                return one.place(path, doc)
        return self.beside.get(str(path[0]), "") if path else ""

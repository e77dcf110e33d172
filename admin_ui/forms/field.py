"""Fields of a form: how a part of a document is shown in inputs, and how inputs become that part again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from admin_ui.person import me
from conf.models import Document
from controller.flow.numbers import e164

Inputs = Mapping[str, list[str]]  # what a browser sends: values by the name of their input
Option = tuple[str, Any]  # value and title


@dataclass(frozen=True, kw_only=True)
class Field:
    """One part of a document. `keys` are the keys of the document that it writes; absent keys have `default`."""

    name: str
    label: Any
    help: Any = ""
    optional: bool = False
    default: Any = ""
    attrs: Mapping[str, Any] | None = None
    widget: ClassVar[str] = "text"
    codes: ClassVar[tuple[str, ...]] = ()  # of problems of the whole document that are shown here

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the document that this field writes."""
        return (self.name,)

    def of(self, doc: Document) -> Any:
        """What a document says."""
        return doc.get(self.name, self.default)

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        """What the form shows of a document."""
        return {self.name: [str(self.of(doc))]}

    def mine(self, sent: Inputs) -> dict[str, list[str]]:
        """The inputs of this field among all that were sent."""
        return {
            key: [value.replace("\r\n", "\n") for value in values]
            for key, values in sent.items()
            if key == self.name or key.startswith(f"{self.name}.")
        }

    def read(self, sent: Inputs) -> Document:
        """The keys and values that some inputs mean. What cannot be read stays as it was typed: the check says why."""
        value = self.parse(first(sent, self.name).strip())
        return {} if value == self.default else {self.name: value}

    def parse(self, text: str) -> Any:
        """One input's value."""
        return text

    def settled(self, sent: Inputs) -> dict[str, list[str]]:
        """The inputs as they are shown again when something is wrong: rows that were left empty are gone."""
        return self.mine(sent)

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        """The input that shows what is wrong at a path of the document, which begins with one of the keys."""
        return self.name

    def line(self, doc: Document) -> str:
        """What a document says, in a line to be read beside another."""
        return " · ".join(value for values in self.inputs(doc).values() for value in values if value) or "—"


def first(sent: Inputs, name: str) -> str:
    """An input's value; "" when it was not sent."""
    values = sent.get(name) or [""]
    return values[0]


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """A line of text. `required` keeps an empty one in the document, so that the check asks for it."""

    required: bool = False

    def read(self, sent: Inputs) -> Document:
        found = super().read(sent)
        return found or ({self.name: ""} if self.required else {})


@dataclass(frozen=True, kw_only=True)
class Area(Field):
    """Several lines of text."""

    widget: ClassVar[str] = "area"


@dataclass(frozen=True, kw_only=True)
class Phone(Text):
    """A number: written as people of the country write it, kept as E.164."""

    widget: ClassVar[str] = "phone"

    def parse(self, text: str) -> str:
        return number(text)


def number(text: str) -> str:
    """A public number as E.164; short numbers, words and what cannot be read stay as they are."""
    bare = re.sub(r"[\s().-]", "", text)
    if re.fullmatch(r"[0-9]{0,8}", bare) or not re.fullmatch(r"\+?[0-9]+", bare):
        return bare if bare.isdigit() else text
    return e164(bare, me().country) or text


@dataclass(frozen=True, kw_only=True)
class Whole(Field):
    """A whole number."""

    default: Any = 0
    widget: ClassVar[str] = "whole"

    def parse(self, text: str) -> Any:
        return whole(text, self.default)


def whole(text: str, default: Any) -> Any:
    """A whole number; the text when it is none."""
    if not text:
        return default
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else text


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of some values. A value that is no option any more is shown as it is, so that saving does not lose it."""

    options: Iterable[Option] | Callable[[], Iterable[Option]] = ()
    required: bool = False
    widget: ClassVar[str] = "choice"

    def shown(self, value: str) -> list[Option]:
        """The options, the present value among them."""
        known = list(self.options() if callable(self.options) else self.options)
        return known if value in [str(key) for key, _ in known] else [*known, (value, value)]

    def read(self, sent: Inputs) -> Document:
        value = first(sent, self.name)
        return {} if value == self.default and not self.required else {self.name: value}


@dataclass(frozen=True, kw_only=True)
class Switch(Field):
    """Yes or no."""

    default: Any = False
    widget: ClassVar[str] = "switch"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {self.name: ["true"]} if self.of(doc) else {}

    def read(self, sent: Inputs) -> Document:
        value = first(sent, self.name) == "true"
        return {} if value == self.default else {self.name: value}


@dataclass(frozen=True, kw_only=True)
class Several(Field):
    """Any of some values."""

    options: Callable[[], Iterable[Option]] = tuple
    default: Any = ()
    widget: ClassVar[str] = "several"

    def shown(self, values: Sequence[str]) -> list[Option]:
        """The options, the present values among them."""
        known = list(self.options())
        keys = {key for key, _ in known}
        return [*known, *((value, value) for value in values if value not in keys)]

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        chosen = [str(value) for value in self.of(doc)]
        return {self.name: chosen} if chosen else {}

    def read(self, sent: Inputs) -> Document:
        chosen = [value for value in sent.get(self.name, []) if value]
        return {self.name: chosen} if chosen else {}


@dataclass(frozen=True, kw_only=True)
class Words(Field):
    """Words with spaces or commas between them."""

    default: Any = ()

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {self.name: [", ".join(map(str, self.of(doc)))]}

    def read(self, sent: Inputs) -> Document:
        found = [word for word in re.split(r"[\s,;]+", first(sent, self.name)) if word]
        return {self.name: found} if found else {}

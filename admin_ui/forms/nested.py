"""Fields inside fields: a document within a document, lists a line each, words of several languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from admin_ui.forms.campaign import decimal, plain
from admin_ui.forms.composed import Phrases
from admin_ui.forms.field import Field, Inputs, Option
from admin_ui.forms.rows import Row, Rows
from conf.models import Document


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number, with a point or a comma; whole ones stay whole. None as `default`: it may be left out."""

    widget: ClassVar[str] = "number"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        value = self.of(doc)
        return {self.name: ["" if value is None else plain(value)]}

    def parse(self, text: str) -> Any:
        value = decimal(text, self.default)
        return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True, kw_only=True)
class Lines(Field):
    """A list, one on a line."""

    default: Any = ()
    widget: ClassVar[str] = "lines"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {self.name: ["\n".join(map(str, self.of(doc)))]}

    def read(self, sent: Inputs) -> Document:
        found = lines((sent.get(self.name) or [""])[0])
        return {self.name: found} if found else {}


@dataclass(frozen=True, kw_only=True)
class ByLanguage(Phrases):
    """Something for each language."""

    def shown(self, values: Iterable[str]) -> list[Option]:
        known, start = list(self.languages()), f"{self.name}."
        others = {name.removeprefix(start) for name in values if name.startswith(start)} - {name for name, _ in known}
        return [*known, *((language, language) for language in sorted(others))]


@dataclass(frozen=True, kw_only=True)
class LinesBy(ByLanguage):
    """A list for each language, one on a line: `phrases.fr`."""

    widget: ClassVar[str] = "lines_by"
    codes: ClassVar[tuple[str, ...]] = ()

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {f"{self.name}.{language}": ["\n".join(said)] for language, said in (self.of(doc) or {}).items()}

    def read(self, sent: Inputs) -> Document:
        texts: dict[str, str] = super().read(sent).get(self.name, {})
        return {self.name: {language: lines(text) for language, text in texts.items()}} if texts else {}


@dataclass(frozen=True, kw_only=True)
class TextBy(ByLanguage):
    """A line of text for each language: `title.fr`."""

    widget: ClassVar[str] = "text_by"
    codes: ClassVar[tuple[str, ...]] = ()
    required: bool = False
    long: bool = False

    def read(self, sent: Inputs) -> Document:
        return super().read(sent) or ({self.name: {}} if self.required else {})


@dataclass(frozen=True, kw_only=True)
class Named(Field):
    """Lists by a name, a line each: `segment: vip, gold`."""

    default: Any = ()
    widget: ClassVar[str] = "lines"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        said = self.of(doc) or {}
        return {self.name: ["\n".join(f"{name}: {', '.join(values)}" for name, values in said.items())]}

    def read(self, sent: Inputs) -> Document:
        pairs = [line.partition(":") for line in lines((sent.get(self.name) or [""])[0])]
        found = {name.strip(): [one.strip() for one in rest.split(",") if one.strip()] for name, _colon, rest in pairs}
        return {self.name: found} if found else {}


@dataclass(frozen=True, kw_only=True)
class Group(Field):
    """A document within a document: its fields' inputs carry its name. Without any of them it is not there.

    `more` are the fields that few people need: they are folded.
    """

    fields: tuple[Field, ...]
    more: tuple[str, ...] = ()
    default: Any = None
    widget: ClassVar[str] = "group"

    def within(self, doc: Document) -> Document:
        """The document inside."""
        found = self.of(doc)
        return found if isinstance(found, dict) else {}

    def shown(self, folded: bool = False) -> Iterator[Field]:
        """The fields under their whole names: those that are seen at once, or the folded ones."""
        return (self.under(one) for one in self.fields if (one.name in self.more) == folded)

    def under(self, field: Field) -> Field:
        """A field under its whole name."""
        return replace(field, name=f"{self.name}.{field.name}")

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        inside = self.within(doc)
        return {f"{self.name}.{key}": said for one in self.fields for key, said in one.inputs(inside).items()}

    def inner(self, sent: Inputs) -> dict[str, list[str]]:
        """The inputs without the group's name."""
        start = f"{self.name}."
        return {key.removeprefix(start): values for key, values in sent.items() if key.startswith(start)}

    def read(self, sent: Inputs) -> Document:
        inside = self.inside(self.inner(sent))
        return {self.name: inside} if inside else {}

    def inside(self, sent: Inputs) -> Document:
        """The document that the inputs mean."""
        return {key: value for one in self.fields for key, value in one.read(one.mine(sent)).items()}

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        for one in self.fields:
            if len(path) > 1 and path[1] in one.keys:
                return f"{self.name}.{one.place(path[1:], self.within(doc))}"
        return self.name


@dataclass(frozen=True, kw_only=True)
class GroupRows(Rows):
    """A list of documents, each a group of fields: `steps.0.title.fr`."""

    fields: tuple[Field, ...]
    more: tuple[str, ...] = ()
    ordered: bool = False  # rows can be moved up and down
    widget: ClassVar[str] = "group_rows"

    def shown(self, number: str, folded: bool = False) -> list[Field]:
        """The fields of one row under their whole names: those that are seen at once, or the folded ones."""
        asked = (one for one in self.fields if (one.name in self.more) == folded)
        return [replace(one, name=f"{self.name}.{number}.{one.name}") for one in asked]

    def numbers(self, values: Inputs) -> list[str]:
        """The numbers of the rows among a form's values."""
        start = f"{self.name}."
        found = {key.removeprefix(start).partition(".")[0] for key in values if key.startswith(start)}
        return sorted((one for one in found if one.isdigit()), key=int)

    def row(self, item: Any) -> Row:
        return {key: said for one in self.fields for key, said in one.inputs(item).items()}

    def item(self, row: Row) -> Any:
        return {key: value for one in self.fields for key, value in one.read(one.mine(row)).items()}

    def is_empty(self, row: Row) -> bool:
        chosen = self.row({})
        return not any(values != chosen.get(name) and any(map(str.strip, values)) for name, values in row.items())

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        if len(path) > 2:
            for one in self.fields:
                if path[2] in one.keys:
                    return f"{self.name}.{path[1]}.{one.place(path[2:], {})}"
        return super().place(path, doc)


def says(field: Field, values: Inputs) -> bool:
    """Whether a field's inputs say something that is not the usual; a name is the usual."""
    return not field.name.endswith(".name") and bool(field.read(field.mine(values)))


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]

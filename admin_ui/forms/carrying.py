"""Fields of the operator's documents: a password that is never shown, the numbers that a rule is for, its trunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from admin_ui.forms.field import Inputs, Text, Words, first
from conf.models import Document


@dataclass(frozen=True, kw_only=True)
class Secret(Text):
    """A password: the input is always empty, and what stays empty stays as it is."""

    widget: ClassVar[str] = "secret"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {self.name: [""]}

    def settled(self, sent: Inputs) -> dict[str, list[str]]:
        return {self.name: [""]}


@dataclass(frozen=True, kw_only=True)
class Destinations(Words):
    """Numbers and beginnings of numbers; one alone may stand without a list."""

    codes: ClassVar[tuple[str, ...]] = ("not_one_destination",)

    def of(self, doc: Document) -> Any:
        found = super().of(doc)
        return [found] if isinstance(found, str) else found


@dataclass(frozen=True, kw_only=True)
class Ways(Words):
    """The trunks of a rule, in the order in which they are tried."""

    codes: ClassVar[tuple[str, ...]] = ("not_one_way",)


@dataclass(frozen=True, kw_only=True)
class Presented(Text):
    """The number that called people see; an empty input is the default."""

    def parse(self, text: str) -> str:
        return text or str(self.default)


@dataclass(frozen=True, kw_only=True)
class Countries(Words):
    """Countries by their two letters."""

    def read(self, sent: Inputs) -> Document:
        return super().read({self.name: [first(sent, self.name).upper()]})


@dataclass(frozen=True, kw_only=True)
class Encrypted(Text):
    """Whether the sound is encrypted: yes, no, or as the transport says ("")."""

    default: Any = None
    widget: ClassVar[str] = "encrypted"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {self.name: [{None: "", True: "yes", False: "no"}.get(self.of(doc), "")]}

    def read(self, sent: Inputs) -> Document:
        value = {"yes": True, "no": False}.get(first(sent, self.name))
        return {} if value is None else {self.name: value}

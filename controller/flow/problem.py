"""What is wrong with a flow, said so that it can be translated and shown beside the field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal


def N_(message: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Mark a text for translation; who shows it translates it."""
    return message


def same(message: str) -> str:
    """Translate into English: every message is written in it."""
    return message


def fill(template: str, fields: Mapping[str, str]) -> str:
    """Put fields into a message; one that is not a template stays as it is."""
    try:
        return template.format_map(fields)
    except (LookupError, ValueError, AttributeError):
        return template


class ExitName(str):
    """An exit in a message: files know it by its name, people who see the nodes' forms by its `label`."""

    label: str

    def __new__(cls, name: str, label: str = "") -> ExitName:
        made = super().__new__(cls, name)
        made.label = label or name
        return made


def titled(fields: Mapping[str, Any], translate: Callable[[str], str] = same) -> dict[str, Any]:
    """The fields of a message for people who see the nodes' forms."""
    return {name: translate(value.label) if isinstance(value, ExitName) else value for name, value in fields.items()}


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing wrong. `where` is a node's name ("" for the whole flow), `field` a path such as `choices.1`."""

    where: str
    field: str
    code: str
    message: str  # a template with named fields, marked by N_
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"

    def text(self, translate: Callable[[str], str] = same) -> str:
        """Say it in a language: `translate` is gettext's function for that language."""
        return fill(translate(self.message), {"field": self.field, "node": self.where, **self.fields})

    def said(self, translate: Callable[[str], str] = same) -> str:
        """Say it in a language to people who see the nodes' forms."""
        fields = {"field": self.field, "node": self.where, **self.fields}
        return fill(translate(self.message), titled(fields, translate))

    def __str__(self) -> str:
        field = "" if "{field}" in self.message else self.field
        return ": ".join(part for part in (self.where, field, self.text()) if part)


class FlowError(Exception):
    """A flow that cannot go on. Names the flow and the node; `message` and `fields` can be translated."""

    def __init__(
        self, message: str, *, flow: str = "", node: str = "", problems: tuple[Problem, ...] = (), **fields: str
    ) -> None:
        self.message = message
        self.flow = flow
        self.node = node
        self.problems = problems
        self.fields = {"flow": flow, "node": node, **fields}
        super().__init__(fill(message, self.fields))

    def text(self, translate: Callable[[str], str] = same) -> str:
        """Say it in a language."""
        return fill(translate(self.message), self.fields)

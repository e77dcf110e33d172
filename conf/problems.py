"""What is wrong with what somebody wrote, and where: a message that can be translated, never a baked sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made
from typing import Any

Translate = Callable[[str], str]


def N_(message: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Mark a text for translation; who shows it translates it."""
    return message


@dataclass(frozen=True)
class Problem:
    """`message` is an English template with named fields. `field` is a dotted path, or a variable's name."""

    code: str
    message: str
    fields: Mapping[str, Any] = made(default_factory=dict)
    file: str = ""
    line: int = 0
    field: str = ""
    value: str = ""
    severity: str = "error"

    def at(self, **place: Any) -> Problem:
        """The same problem at a place."""
        return replace(self, **place)

    def text(self, translate: Translate = str) -> str:
        """The whole line: place, field, value and message."""
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        subject = f"{self.field}={self.value!r}" if self.value else self.field
        message = translate(self.message).format(**self.fields)
        return ": ".join(part for part in (place, subject, message) if part)


class Wrong(ValueError):
    """One value is wrong; whoever knows the place adds it."""

    def __init__(self, code: str, message: str, **fields: Any) -> None:
        self.problem = Problem(code, message, fields)
        super().__init__(self.problem.text())


class ConfigurationError(Exception):
    """Something that was configured is wrong: `problems` lists everything that is, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.text() for problem in self.problems))

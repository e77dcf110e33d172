"""What goes into a conversion, what comes out, and what can be wrong with a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conf.problems import Problem, Translate
from fax.convert.reasons import REASONS


@dataclass(frozen=True)
class Document:
    """A file that was put in, and the name that people know it by."""

    path: Path
    name: str = ""

    @property
    def shown(self) -> str:
        """How the file is called in what people read."""
        return self.name or self.path.name


@dataclass(frozen=True)
class Options:
    """How pages are made. `resolution` is standard, fine or superfine; `trim_blank` leaves blank pages out."""

    resolution: str = "fine"
    trim_blank: bool = False
    most_pages: int = 300
    cpu: float = 60.0  # seconds for a whole job
    patience: float = 180.0  # seconds of the clock for a whole job
    memory: int = 1_500_000_000  # bytes of address space


@dataclass(frozen=True)
class Converted:
    """A fax that is ready. `sizes` are the bytes of each page on the line; `covers` of the pages are its cover."""

    tiff: Path
    pages: int
    sizes: tuple[int, ...]
    covers: int = 0
    warnings: tuple[Problem, ...] = ()


class ConversionError(Exception):
    """A document that cannot be faxed: which (as people know it), and why.

    `reason` is a key of `reasons.REASONS`; `message` its English template with `fields`, for whoever shows it.
    """

    def __init__(self, file: str, reason: str, fields: Mapping[str, Any] | None = None) -> None:
        self.file, self.reason, self.message = file, reason, REASONS[reason]
        self.fields = dict(fields or {})
        super().__init__(self.text())

    def text(self, translate: Translate = str) -> str:
        """The whole sentence: the file's name and what is wrong with it."""
        return Problem(self.reason, self.message, self.fields, file=self.file).text(translate)


class Refused(Exception):  # noqa: N818  it becomes a ConversionError once the file's name is known
    """Why a document is not taken, said by whoever does not know its name."""

    def __init__(self, reason: str, **fields: Any) -> None:
        self.reason, self.fields = reason, fields
        super().__init__(reason)

"""Cover pages: who writes to whom, of what, how many pages, and a message, in a subscriber's own design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fax.words import moment, word

LAYOUTS = ("classic", "letter", "compact")
MOST_MESSAGE_PAGES = 5


@dataclass(frozen=True)
class Template:
    """A subscriber's cover. `logo` is the path of a PNG or JPEG file, or ""; `lines` stand beside it (the address)."""

    layout: str = "classic"
    logo: str = ""
    name: str = ""
    lines: tuple[str, ...] = ()
    footer: str = ""


@dataclass(frozen=True)
class Continued:
    """Which pages of the whole fax (from 1) follow this cover, after the line was lost."""

    first: int
    last: int
    total: int


@dataclass(frozen=True)
class Cover:
    """What stands on a cover. `at` is aware; it is written on the clock of `time_zone`."""

    to_name: str = ""
    to_number: str = ""
    from_name: str = ""
    from_number: str = ""
    subject: str = ""
    message: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    time_zone: str = "UTC"
    language: str = "en"
    template: Template = Template()
    continued: Continued | None = None

    def continuing(self, first: int, last: int, total: int) -> Cover:
        """The cover before the pages that are still to come; the message is not sent twice."""
        return replace(self, message="", continued=Continued(first, last, total))

    def draw(self, pdf: Path, pages: int) -> int:
        """Make the cover a PDF before so many pages (a continuation knows itself); how many the cover has."""
        from fax.cover_pages import drawn

        if self.continued:
            pages = self.continued.last - self.continued.first + 1
        own = drawn(self, pdf, pages + 1)
        return own if own == 1 else drawn(self, pdf, pages + own)  # it says how many there are in all

    def rows(self, total: int) -> list[tuple[str, str]]:
        """The lines of the head: a word and what stands behind it."""
        language = self.language
        found = [
            (word("to", language), _both(self.to_name, self.to_number)),
            (word("from", language), _both(self.from_name, self.from_number)),
            (word("date", language), moment(self.at, self.time_zone, language)),
            (word("pages", language), word("with_cover", language, pages=total)),
            (word("subject", language), self.subject),
        ]
        return [(name, value) for name, value in found if value]

    def continuation(self) -> str:
        """`Continued: pages 4 to 9 of 9`, or nothing."""
        if self.continued is None:
            return ""
        one = self.continued.first == self.continued.last
        return word("continued_one" if one else "continued", self.language, **asdict(self.continued))

    def to_json(self) -> dict[str, Any]:
        """For another process."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, doc: Mapping[str, Any]) -> Cover:
        """What `to_json` gave."""
        template = doc["template"] | {"lines": tuple(doc["template"]["lines"])}
        continued = Continued(**doc["continued"]) if doc["continued"] else None
        at = datetime.fromisoformat(doc["at"])
        return cls(**(dict(doc) | {"at": at, "template": Template(**template), "continued": continued}))


def _both(name: str, number: str) -> str:
    return f"{name} · {number}" if name and number else name or number

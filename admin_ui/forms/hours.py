"""The week of a schedule: spans of hours for each day, however the document groups its days."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar

from admin_ui.forms.field import Field, Inputs, Option
from conf.models import Document
from controller.flow.schedules import DAYS, weekdays

Span = tuple[str, str]  # from, to


@dataclass(frozen=True, kw_only=True)
class Week(Field):
    """`hours.mon.0.from`, `hours.mon.0.to` ... and in the document `{mon-fri: ["08:30-12:30"]}`."""

    days: Callable[[], Sequence[Option]] = tuple
    default: Any = ()
    widget: ClassVar[str] = "week"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for day, spans in by_day(self.of(doc) or {}).items():
            for number, span in enumerate(spans):
                start, _, end = span.partition("-")
                found[f"{self.name}.{day}.{number}.from"] = [start]
                found[f"{self.name}.{day}.{number}.to"] = [end]
        return found

    def read(self, sent: Inputs) -> Document:
        days = {day: [f"{start}-{end}" for start, end in self.spans(sent, day)] for day in DAYS}
        grouped = {}
        for spans, some in groupby(DAYS, key=lambda day: days[day]):
            if spans:
                run = list(some)
                grouped[run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"] = spans
        return {self.name: grouped} if grouped else {}

    def spans(self, sent: Inputs, day: str) -> list[Span]:
        """The spans of a day that say something, in the order of the rows."""
        rows: dict[int, dict[str, str]] = {}
        for key, values in sent.items():
            found = re.fullmatch(rf"{self.name}\.{day}\.(\d{{1,4}})\.(from|to)", key)
            if found:
                rows.setdefault(int(found[1]), {})[found[2]] = clock(values[0] if values else "")
        spans = [(row.get("from", ""), row.get("to", "")) for _, row in sorted(rows.items())]
        return [span for span in spans if any(span)]

    def settled(self, sent: Inputs) -> dict[str, list[str]]:
        found = {}
        for day in DAYS:
            for number, span in enumerate(self.spans(sent, day)):
                for word, value in zip(("from", "to"), span, strict=True):
                    found[f"{self.name}.{day}.{number}.{word}"] = [value]
        return found

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        try:
            return f"{self.name}.{DAYS[min(weekdays(str(path[1])))]}"
        except (IndexError, ValueError):
            return self.name


def by_day(hours: dict[str, list[str]]) -> dict[str, list[str]]:
    """The spans of each day of the week."""
    found: dict[str, list[str]] = {day: [] for day in DAYS}
    for days, spans in hours.items():
        for day in sorted(weekdays(days)):
            found[DAYS[day]] += spans
    return found


def clock(text: str) -> str:
    """A time as people type it (8, 8h30, 8.30, 0830) as 08:30; what is none stays as it is."""
    text = text.strip()
    found = re.fullmatch(r"(\d{1,2})(?:[:hH.]?(\d{2}))?\s*[hH]?", text)
    if not found:
        return text
    return f"{int(found[1]):02}:{found[2] or '00'}"

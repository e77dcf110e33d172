"""Fields of one kind of document each: forwards, texts by language, exceptions, what a list does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from admin_ui.forms.field import Choice, Field, Inputs, Option, first, number, whole
from admin_ui.forms.hours import clock
from admin_ui.forms.rows import Row, Rows, cell
from conf.models import Document

WHEN = ("always", "busy", "no_answer", "unregistered")
RINGS = 20  # seconds, when a document does not say


@dataclass(frozen=True, kw_only=True)
class Forwards(Field):
    """Where a person's calls go instead: `forward.busy.to`, `forward.no_answer.after` ...

    `when` and `nothing` are the titles of each case, and of doing nothing in it.
    """

    when: Sequence[Option]
    nothing: Mapping[str, Any]
    numbers: Callable[[], Iterable[Option]] = tuple
    default: Any = ()
    widget: ClassVar[str] = "forwards"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        forwards = self.of(doc) or {}
        found = {}
        for when in WHEN:
            said = forwards.get(when) or {}
            to = said.get("to", "")
            kind = "" if not to else "voicemail" if to == "voicemail" else "number"
            found[f"{self.name}.{when}.kind"] = [kind]
            found[f"{self.name}.{when}.to"] = [to if kind == "number" else ""]
        found[f"{self.name}.no_answer.after"] = [str((forwards.get("no_answer") or {}).get("after", RINGS))]
        return found

    def read(self, sent: Inputs) -> Document:
        forwards = {}
        for when in WHEN:
            kind = first(sent, f"{self.name}.{when}.kind")
            if not kind:
                continue
            to = "voicemail" if kind == "voicemail" else number(first(sent, f"{self.name}.{when}.to").strip())
            forwards[when] = {"to": to}
            if when == "no_answer":
                after = whole(first(sent, f"{self.name}.{when}.after").strip(), RINGS)
                forwards[when] |= {} if after == RINGS else {"after": after}
        return {self.name: forwards} if forwards else {}

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return ".".join(map(str, (self.name, *path[1:3])))


@dataclass(frozen=True, kw_only=True)
class Phrases(Field):
    """A text for each language: `text.fr`."""

    languages: Callable[[], Sequence[Option]]
    default: Any = ()
    widget: ClassVar[str] = "phrases"
    codes: ClassVar[tuple[str, ...]] = ("silent",)

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        return {f"{self.name}.{language}": [text] for language, text in (self.of(doc) or {}).items()}

    def read(self, sent: Inputs) -> Document:
        found = {}
        for key, values in sent.items():
            name, _, language = key.partition(".")
            if name == self.name and language and values and values[0].strip():
                found[language] = values[0].strip()
        return {self.name: found} if found else {}

    def shown(self, values: Iterable[str]) -> list[Option]:
        """The languages, those that a document has besides among them."""
        known = list(self.languages())
        names = [language for language, _ in known]
        others = {name.partition(".")[2] for name in values if name.startswith(f"{self.name}.")} - set(names)
        return [*known, *((language, language) for language in sorted(others))]

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return f"{self.name}.{path[1]}" if len(path) > 1 else self.name


@dataclass(frozen=True, kw_only=True)
class Exceptions(Rows):
    """Days that differ: `exceptions.0.date`, `.to`, `.what` (closed, hours, holiday), `.hours`, `.note`."""

    widget: ClassVar[str] = "exceptions"

    def row(self, item: Document) -> Row:
        what = "hours" if item.get("hours") else "holiday" if item.get("holiday") else "closed"
        return {
            "date": [item.get("date", "")],
            "to": [item.get("to", "")],
            "what": [what],
            "hours": [", ".join(item.get("hours", []))],
            "note": [item.get("note", "")],
        }

    def item(self, row: Row) -> Document:
        what = cell(row, "what")
        said: Document = {"date": cell(row, "date")}
        if cell(row, "to"):
            said["to"] = cell(row, "to")
        if what == "hours":
            said["hours"] = spans(cell(row, "hours"))
        else:
            said["holiday" if what == "holiday" else "closed"] = True
        return said | ({"note": cell(row, "note")} if cell(row, "note") else {})

    def is_empty(self, row: Row) -> bool:
        return not any(cell(row, name) for name in ("date", "to", "hours", "note"))


def spans(text: str) -> list[str]:
    """Spans of hours as people type them: `9-12, 14h-18h30`."""
    found = []
    for part in filter(None, re.split(r"[,;]\s*|\s+(?=\d)", text.strip())):
        start, dash, end = re.sub(r"\s*[-–]\s*", "-", part).partition("-")
        found.append(f"{clock(start)}{dash}{clock(end)}")
    return found


@dataclass(frozen=True, kw_only=True)
class Meets(Field):
    """What those on a list meet: `action.kind` is busy, voicemail, reject, flow or tag, the rest its argument."""

    causes: Sequence[Option] = ()
    flows: Callable[[], Iterable[Option]] = tuple
    default: Any = "busy"
    widget: ClassVar[str] = "meets"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        action = self.of(doc)
        kind, argument = next(iter(action.items())) if isinstance(action, dict) else (action, "")
        return {f"{self.name}.kind": [kind], **({f"{self.name}.{kind}": [argument]} if argument else {})}

    def read(self, sent: Inputs) -> Document:
        kind = first(sent, f"{self.name}.kind") or "busy"
        if kind == "busy":
            return {}
        if kind == "voicemail":
            return {self.name: kind}
        return {self.name: {kind: first(sent, f"{self.name}.{kind}").strip()}}

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return f"{self.name}.{path[1]}" if len(path) > 1 else self.name

    def flow_options(self, value: str) -> list[Option]:
        """The flows, the present one among them."""
        return Choice(name="", label="", options=self.flows).shown(value)

    def cause_options(self, value: str) -> list[Option]:
        """The causes of a refusal, the present one among them."""
        return Choice(name="", label="", options=self.causes).shown(value or self.causes[0][0])


@dataclass(frozen=True, kw_only=True)
class LeadsTo(Field):
    """What stands behind a short number that nobody has: `leads.kind` is flow or external, the rest its argument."""

    flows: Callable[[], Iterable[Option]] = tuple
    widget: ClassVar[str] = "leads"
    codes: ClassVar[tuple[str, ...]] = ("not_one_target",)

    @property
    def keys(self) -> tuple[str, ...]:
        return ("flow", "external")

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        kind = "external" if doc.get("external") else "flow"
        return {f"{self.name}.kind": [kind], f"{self.name}.{kind}": [doc.get(kind, "")]}

    def read(self, sent: Inputs) -> Document:
        kind = first(sent, f"{self.name}.kind")
        if kind == "external":
            return {kind: number(first(sent, f"{self.name}.{kind}").strip())}
        return {"flow": first(sent, f"{self.name}.flow")}

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return f"{self.name}.{path[0]}" if path else self.name

    def flow_options(self, value: str) -> list[Option]:
        """The flows, the present one among them."""
        return Choice(name="", label="", options=self.flows).shown(value)


@dataclass(frozen=True, kw_only=True)
class Holidays(Field):
    """Which public holidays count: none, the subscriber's country's, or those of a country or a part of one."""

    calendars: Callable[[], Iterable[Option]] = tuple
    default: Any = ""
    widget: ClassVar[str] = "holidays"

    def inputs(self, doc: Document) -> dict[str, list[str]]:
        said = self.of(doc)
        kind = "own" if said is True else "other" if said else ""
        return {f"{self.name}.kind": [kind], **({f"{self.name}.calendar": [str(said)]} if kind == "other" else {})}

    def read(self, sent: Inputs) -> Document:
        kind = first(sent, f"{self.name}.kind")
        if kind == "own":
            return {self.name: True}
        calendar = first(sent, f"{self.name}.calendar").strip().upper()
        return {self.name: calendar} if kind == "other" else {}

    def place(self, path: Sequence[str | int], doc: Document) -> str:
        return f"{self.name}.calendar"

"""Entries of a list as people write, paste and export them. Pure but for the words of what is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from conf import document_problems, documents
from conf.editing.storable import unstorable
from conf.models import Document
from conf.problems import N_, Problem
from conf.yaml_source import Source
from controller.flow import lists

MOST_LINES = 20_000  # that are read at once: about a second
KINDS = ("number", "country", "anonymous", "regex")
ANONYMOUS = frozenset({"anonymous", "anonyme", "anonym", "unterdrückt", "masqué"})
_HERE = Source("")
_NO_VALUE = {"entry", "entrée", "eintrag", "number", "numéro", "nummer", "numero"}  # of the first line of a file


@dataclass(frozen=True)
class Wrong:
    """A line that could not be read."""

    line: int
    text: str
    problem: Problem


@dataclass
class Pasted:
    """What was read of a text: entries that are new, how many were there already, and lines that are wrong."""

    entries: list[Document] = field(default_factory=list)
    known: int = 0
    wrong: list[Wrong] = field(default_factory=list)


def pasted(text: str, present: Iterable[Document]) -> Pasted:
    """Read many entries: one a line, or CSV of entry, last day, note."""
    found, seen = Pasted(), {_key(entry) for entry in present}
    delimiter = _delimiter(text)
    for number, line in enumerate(text.splitlines(), 1):
        if number > MOST_LINES:
            message = N_("is more than is read at once: {limit} lines. Add these in another go.")
            left = "\n".join(text.splitlines()[number - 1 :])
            found.wrong.append(Wrong(number, left, Problem("too_many_lines", message, {"limit": MOST_LINES})))
            break
        cells = _cells(line, delimiter)
        if not any(cells) or (number == 1 and cells[0].casefold() in _NO_VALUE):
            continue
        entry = made(kind_of(cells[0]), cells[0], *cells[1:3])
        problem = against(entry)
        if problem:
            found.wrong.append(Wrong(number, line, problem))
        elif _key(entry) in seen:
            found.known += 1
        else:
            seen.add(_key(entry))
            found.entries.append(entry)
    return found


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        found = next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter), []) if line.strip() else []
    except csv.Error:  # longer than any entry
        return [line]
    return [cell.strip() for cell in found]


def kind_of(text: str) -> str:
    """What somebody means who writes an entry down without saying what it is."""
    bare = text.strip().lstrip("'")
    if bare.casefold() in ANONYMOUS:
        return "anonymous"
    if re.fullmatch(r"[A-Za-z]{2}", bare):
        return "country"
    if bare.startswith("^") or (len(bare) > 1 and bare.startswith("/") and bare.endswith("/")):
        return "regex"
    return "number"


def made(kind: str, value: str, until: str = "", note: str = "") -> Document:
    """An entry of a list."""
    value = value.strip().lstrip("'")
    entry: Document = {"anonymous": True} if kind == "anonymous" else {kind: _value(kind, value)}
    if until.strip():
        entry["until"] = day(until.strip())
    return entry | ({"note": note.strip()} if note.strip() else {})


def day(text: str) -> str:
    """A day as people write it (24.12.2026, 24/12/2026) as 2026-12-24; what is none stays as it is."""
    found = re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text


def against(entry: Document) -> Problem | None:
    """What is wrong with an entry."""
    found = [*unstorable(entry)] or document_problems.check(documents.Entry, entry, _HERE)
    if found:
        return found[0]
    for problem in lists.problems({"entries": [entry]}):
        return Problem(problem.code, problem.message, {"field": "", **problem.fields}, field=problem.field)
    return None


def written(entry: Document) -> str:
    """An entry on one line, as it can be pasted again."""
    if entry.get("anonymous"):
        return "anonymous"
    if entry.get("regex"):
        return entry["regex"] if entry["regex"].startswith("^") else f"/{entry['regex']}/"
    return str(entry.get("number") or entry.get("country", "").upper())


def exported(entries: Iterable[Document]) -> str:
    """All entries as CSV that can be imported again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["entry", "until", "note"])
    for entry in entries:
        writer.writerow([_safe(written(entry)), entry.get("until", ""), _safe(entry.get("note", ""))])
    return "\ufeff" + out.getvalue()


def kind(entry: Mapping[str, object]) -> str:
    """What an entry is: number, prefix, country, anonymous, regex."""
    found = next((one for one in KINDS if entry.get(one)), "number")
    return "prefix" if found == "number" and str(entry[found]).endswith("*") else found


def _value(kind: str, value: str) -> str:
    if kind == "country":
        return value.upper()
    if kind == "regex" and len(value) > 1 and value.startswith("/") and value.endswith("/"):
        return value[1:-1]
    return value


def _delimiter(text: str) -> str:
    """A spreadsheet of half of Europe writes semicolons; a list pasted from one has tabs."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count) if any(sign in first for sign in ",;\t") else ","


def _key(entry: Document) -> tuple[str, str]:
    return kind(entry), written(entry)


def _safe(text: str) -> str:
    """What a spreadsheet would take for a formula is marked as text; the mark is taken off when it is read again."""
    return "'" + text if text[:1] in "=+-@" and text and not re.fullmatch(r"[+-]?\d+", text) else text

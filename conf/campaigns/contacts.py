"""A file of contacts: columns are mapped to what a campaign knows, every row is looked at, and what is wrong is said.

Nothing is stored here: `read` gives the contacts that are right and a report of the others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from conf.campaigns.policies import Basis
from conf.campaigns.verdict import Consent
from conf.campaigns.zones import country_of, zones_of
from conf.problems import N_, Problem, Wrong

MOST = 200_000  # contacts of one file
LONGEST = 500  # characters of a value
BASES = get_args(Basis)
SIGNS = ",;\t|"


@dataclass(frozen=True)
class Mapped:
    """Which column has what; "" when none has it. `others` are kept as variables of the call, by column."""

    number: str
    name: str = ""
    zone: str = ""
    language: str = ""
    basis: str = ""
    since: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """One person to call: an E.164 number, and the zones that its owner may be in."""

    number: str
    name: str = ""
    zones: tuple[str, ...] = ()
    country: str = ""
    language: str = ""
    consent: Consent | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    row: int = 0


@dataclass(frozen=True)
class Report:
    """What a file holds. `problems` name row and column; a problem of severity `warning` keeps its contact."""

    contacts: tuple[Contact, ...]
    problems: tuple[Problem, ...]
    rows: int
    duplicates: int


def columns(text: str) -> tuple[str, ...]:
    """The names of a file's columns. Raises Wrong when there are none, or one comes twice."""
    names = tuple(name.strip() for name in next(_lines(text), ()))
    if not any(names):
        raise Wrong("no_columns", N_("the first line must name the columns"))
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Wrong("column_twice", N_("the column {name} comes twice"), name=twice or "-")
    return names


def read(text: str, mapped: Mapped, country: str, known: Iterable[str] = ()) -> Report:
    """Read a file of contacts; numbers without a + are of `country`. `known` are numbers that are contacts already.

    Raises Wrong for a file that cannot be read at all: no columns, a mapped column that is not there, too many rows.
    """
    names = columns(text)
    missing = [name for name in (mapped.number, *_wanted(mapped)) if name not in names]
    if missing:
        raise Wrong("no_column", N_("there is no column {name}"), name=missing[0] or "-")
    contacts: dict[str, Contact] = {}
    problems: list[Problem] = []
    seen, rows, duplicates = set(known), 0, 0
    for rows, values in enumerate((line for line in list(_lines(text))[1:] if any(map(str.strip, line))), 1):
        if rows > MOST:
            raise Wrong("too_many_contacts", N_("a file has at most {most} contacts"), most=MOST)
        try:
            contact = _contact(dict(zip(names, map(str.strip, values), strict=False)), mapped, country, rows + 1)
        except Wrong as wrong:
            problems.append(wrong.problem.at(line=rows + 1))
            continue
        if contact.number in seen:
            duplicates += 1
            message = N_("the number is there already; this row is left out")
            problems.append(Problem("duplicate", message, line=rows + 1, field=mapped.number, value=contact.number))
            continue
        seen.add(contact.number)
        contacts[contact.number] = contact
        problems += _warnings(contact, rows + 1)
    return Report(tuple(contacts.values()), tuple(problems), rows, duplicates)


def _contact(row: Mapping[str, str], mapped: Mapped, country: str, line: int) -> Contact:
    for name, value in row.items():
        if len(value) > LONGEST:
            raise _wrong("too_long", N_("is longer than {most} characters"), name, "", most=LONGEST)
    number = _number(row.get(mapped.number, ""), country, mapped.number)
    return Contact(
        number,
        row.get(mapped.name, ""),
        _zones(row.get(mapped.zone, ""), number, mapped.zone),
        country_of(number),
        row.get(mapped.language, ""),
        _consent(row, mapped),
        {name: row.get(name, "") for name in mapped.others},
        line,
    )


def _number(text: str, country: str, column: str) -> str:
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        raise _wrong("not_a_number", N_("is not a telephone number"), column, text) from None
    if not phonenumbers.is_valid_number(parsed):
        raise _wrong("not_a_number", N_("is not a telephone number"), column, text)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _zones(text: str, number: str, column: str) -> tuple[str, ...]:
    if not text:
        return zones_of(number)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong("wrong_time_zone", N_("is not a time zone such as Europe/Paris"), column, text) from None
    return (text,)


def _consent(row: Mapping[str, str], mapped: Mapped) -> Consent | None:
    basis, since = row.get(mapped.basis, "").lower(), row.get(mapped.since, "")
    if not basis:
        return None
    if basis not in BASES:
        raise _wrong("wrong_basis", N_("is none of {bases}"), mapped.basis, basis, bases=", ".join(BASES))
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        message = N_("is not the day on which the consent was given, such as 2026-09-01")
        raise _wrong("wrong_day", message, mapped.since or mapped.basis, since) from None
    return Consent(basis, moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _warnings(contact: Contact, line: int) -> Iterator[Problem]:
    if not contact.zones:
        message = N_("the time zone of this number is not known: it is never called")
        yield Problem("no_zone", message, line=line, value=contact.number, severity="warning")
    if contact.consent is None:
        message = N_("no ground for a call is given: the contact is called only if the campaign says one for all")
        yield Problem("no_ground", message, line=line, value=contact.number, severity="warning")


def _wanted(mapped: Mapped) -> list[str]:
    named = (mapped.name, mapped.zone, mapped.language, mapped.basis, mapped.since)
    return [name for name in (*named, *mapped.others) if name]


def _lines(text: str) -> Iterator[list[str]]:
    first = text.lstrip("\ufeff").partition("\n")[0]
    sign = max(SIGNS, key=first.count)
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=sign)
    try:
        yield from lines
    except csv.Error as error:
        raise Wrong("not_csv", N_("line {line} is not a line of a table"), line=lines.line_num) from error


def _wrong(code: str, message: str, column: str, value: str, **fields: object) -> Wrong:
    wrong = Wrong(code, message, **fields)
    wrong.problem = wrong.problem.at(field=column, value=value)
    return wrong

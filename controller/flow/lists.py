"""Black and white lists: whether a number is on one, and by which entry.

Numbers are compared as E.164, so `01 23 45 67 89`, `0033123456789` and `+33123456789` are one number in France.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from controller.flow.commands import Listed
from controller.flow.fields import Cause, Regex, wrong
from controller.flow.numbers import country_of, e164, e164_prefix, is_anonymous
from controller.flow.patterns import matches
from controller.flow.problem import N_, Problem
from controller.flow.reading import problems_of, read_as
from controller.flow.schedules import Day

WRITTEN = re.compile(r"\+?[0-9][0-9 .()/-]*\*?|\+?[0-9]*\*")


def _number(text: str) -> str:
    if not WRITTEN.fullmatch(text):
        message = N_("{field}: “{number}” is not a number; a * at its end stands for any more digits.")
        raise wrong("wrong_number", message, number=text)
    return text


class Entry(BaseModel):
    """One line of a list: a number (`*` ends the beginning of one), a country, an expression, or no number at all."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    number: Annotated[str, AfterValidator(_number)] = ""
    anonymous: bool = False
    country: Annotated[str, Field(pattern=r"^([A-Za-z]{2})?$")] = ""
    regex: Regex = ""
    until: Day | None = None  # the last day it counts
    note: str = ""

    @model_validator(mode="after")
    def says_one_thing(self) -> Entry:
        if bool(self.number) + self.anonymous + bool(self.country) + bool(self.regex) != 1:
            raise wrong("wrong_entry", N_("A number, anonymous: true, a country or a regex is needed, and only one."))
        return self

    def __str__(self) -> str:
        return self.number or self.country.upper() or self.regex or "anonymous"

    def names(self, number: str, country: str) -> bool:
        """Whether this entry, which is not exact, means a number (as E.164 where it is one)."""
        if self.anonymous or is_anonymous(number):
            return self.anonymous and is_anonymous(number)
        if self.country:
            return country_of(number) == self.country.upper()
        if self.regex:
            return matches(self.regex, number)
        return number.startswith(e164_prefix(self.number[:-1], country))

    @property
    def exact(self) -> bool:
        """Whether this entry is one whole number."""
        return bool(self.number) and not self.number.endswith("*")


def _action(value: object) -> object:
    """Write an action as a mapping of one name to its argument: `busy` is {busy: ""}."""
    return {value: ""} if isinstance(value, str) and value else value or {}


class NumberList(BaseModel):
    """A list's entries and what it does with a number that is on it."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    kind: Literal["black", "white"] = "black"
    entries: list[Entry] = Field([], max_length=100_000)
    action: Annotated[
        dict[Literal["reject", "busy", "voicemail", "flow", "tag"], str], Field(max_length=1), BeforeValidator(_action)
    ] = {}

    _exact: dict[str, dict[str, list[Entry]]] = PrivateAttr(default_factory=dict)

    def candidates(self, number: str, country: str) -> Iterator[Entry]:
        """List the entries that mean a number, whole numbers first: those are looked up, however many there are."""
        if country not in self._exact:
            exact = self._exact.setdefault(country, {})
            for entry in filter(lambda entry: entry.exact, self.entries):
                exact.setdefault(normal(entry.number, country), []).append(entry)
        yield from self._exact[country].get(number, ())
        yield from (entry for entry in self.entries if not entry.exact and entry.names(number, country))

    @model_validator(mode="after")
    def rejects_with_a_cause(self) -> NumberList:
        cause = self.action.get("reject")
        if cause and cause not in Cause.__args__:  # type: ignore[attr-defined]
            raise wrong("wrong_cause", N_("reject: “{cause}” is not a cause such as CALL_REJECTED."), cause=cause)
        return self


def problems(number_list: object) -> list[Problem]:
    """List what is wrong with a list's document; its other fields (name, note) are not looked at."""
    try:
        NumberList.model_validate(number_list)
    except ValueError as found:
        return problems_of(found)  # type: ignore[arg-type]
    return []


def load(number_list: Mapping[str, Any]) -> NumberList:
    """Read a list's document; keep a long one for the next look-up. Raises FlowError when it is unreadable."""
    return read_as(NumberList, number_list, "list", str(number_list.get("name", "")))


def match(
    number_list: Mapping[str, Any] | NumberList, number: str, country: str = "", at: datetime | None = None
) -> Listed:
    """Look a number up. `country` reads national numbers; entries whose last day is before `at` do not count.

    Raises FlowError when the list is unreadable.
    """
    read = number_list if isinstance(number_list, NumberList) else load(number_list)
    today = at.date() if at else date.min
    written = normal(number, country)
    for entry in read.candidates(written, country):
        if entry.until is None or entry.until >= today:
            action, argument = next(iter(read.action.items()), ("", ""))
            return Listed(True, str(entry), action, argument)
    return Listed(False)


def normal(number: str, country: str) -> str:
    """Write a number as E.164; what is none (a short number, nothing) stays as it is."""
    return e164(number, country) or number.strip()

"""The types of values that people write into a subscriber's files, and the messages for what does not fit."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import phonenumbers
import re2
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from conf.problems import N_


def wrong(code: str, message: str, **fields: Any) -> PydanticCustomError:
    """Refuse a value with a message that can be translated: the template travels with the error."""
    return PydanticCustomError(code, message, {**fields, "template": message})


def matching(pattern: str, code: str, message: str) -> Any:
    """A text that a pattern fits whole."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise wrong(code, message)
        return value

    return AfterValidator(check)


def one_of(values: frozenset[str], code: str, message: str) -> Any:
    """A text that stands in a set."""

    def check(value: str) -> str:
        if value not in values:
            raise wrong(code, message)
        return value

    return AfterValidator(check)


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise wrong("not_a_date", N_("is not a date such as 2026-12-24")) from None
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        raise wrong("not_a_network", N_("is not an address or a network such as 203.0.113.0/24")) from None
    return value


_options = re2.Options()
_options.log_errors = False


def _regex(value: str) -> str:
    try:
        re2.compile(value, _options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise wrong("not_a_regex", N_("is not a regular expression: {reason}"), reason=said) from None
    return value


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in _zones():
        raise wrong("not_a_time_zone", N_("is not a time zone such as Europe/Paris"))
    return value


def _password(value: str) -> str:
    if value != "***" and (len(value) < 12 or any(char.isspace() for char in value)):
        raise wrong("weak_password", N_("needs at least 12 characters without spaces; *** keeps the present one"))
    return value


COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)

E164 = Annotated[
    str,
    matching(r"\+[1-9][0-9]{6,14}", "not_e164", N_("is not an international number such as +33123456789")),
]
Short = Annotated[str, matching(r"[0-9]{2,8}", "not_an_extension", N_("is not a short number: 2 to 8 digits"))]
Reached = Annotated[
    str,
    matching(
        r"[0-9]{2,8}|\+[1-9][0-9]{6,14}",
        "not_dialled",
        N_("is neither a short number nor an international number such as +33123456789"),
    ),
]
Forwarded = Annotated[
    str,
    matching(
        r"voicemail|[0-9]{2,8}|\+[1-9][0-9]{6,14}",
        "not_forwarded",
        N_("is neither voicemail, a short number, nor an international number such as +33123456789"),
    ),
]
Service = Annotated[str, matching(r"[0-9]{2,6}", "not_a_service_number", N_("is not a number of 2 to 6 digits"))]
Pattern = Annotated[
    str,
    Field(max_length=200),
    matching(
        r"\+?[0-9][0-9 .()/-]*\*?|\+?[0-9]*\*",
        "not_a_pattern",
        N_("is not a number or the beginning of one such as +33899*"),
    ),
]
Reachable = Annotated[
    str,
    matching(
        r"\+[1-9][0-9]{0,14}\*?|[0-9]{2,6}|\*",
        "not_matched",
        N_("is neither a number, nor the beginning of one such as +33899*, nor * for every number"),
    ),
]
Presented = Annotated[
    str,
    matching(
        r"keep|own|anonymous|\+[1-9][0-9]{6,14}",
        "not_presented",
        N_("is neither keep, own, anonymous, nor an international number such as +33123456789"),
    ),
]
DialPrefix = Annotated[
    str, matching(r"\+?[0-9*#]{0,15}", "not_a_prefix", N_("may hold a +, then digits, * and #, 15 at most"))
]
Slug = Annotated[
    str,
    matching(
        r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "not_a_slug", N_("may hold small letters, digits and inner hyphens")
    ),
]
Name = Annotated[
    str,
    Field(max_length=64),
    matching(r"[^/\x00-\x1f.][^/\x00-\x1f]*", "not_a_name", N_("must be a name without / that begins with no dot")),
]
Inside = Annotated[
    str,
    Field(max_length=200),
    matching(
        r"(?!/)(?!(.*/)?\.\.?(/|$))[^\\\x00-\x1f]+", "not_inside", N_("is not the path of a file inside the folder")
    ),
]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Login = Annotated[
    str,
    Field(max_length=254),
    matching(r"[^\s@]+@[^\s@]+", "not_a_login", N_("is not a mail address")),
]
TrunkName = Annotated[
    str,
    matching(
        r"(?!souffleur)[a-z0-9][a-z0-9_-]{0,62}",
        "not_a_trunk",
        N_("may hold small letters, digits, - and _, 63 at most"),
    ),
]
Host = Annotated[
    str,
    matching(
        r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?",
        "not_a_host",
        N_("is not a host, or a host and its port"),
    ),
]
Country = Annotated[str, one_of(COUNTRIES, "not_a_country", N_("is not a country's code of two letters such as FR"))]
Code = Annotated[str, matching(r"[A-Za-z]{2}", "not_a_code", N_("is not a country's code of two letters such as FR"))]
Holidays = Annotated[
    str,
    matching(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "not_holidays", N_("is not a country such as FR, or a part such as DE-BY")),
]
Language = Literal["fr", "en", "de"]
Phrases = Annotated[
    dict[Annotated[str, Field(pattern="^[a-z]{2}$")], Annotated[str, Field(max_length=2000)]],
    Field(min_length=1, max_length=20),
]
Zone = Annotated[str, AfterValidator(_zone)]
Day = Annotated[str, AfterValidator(_day)]
Network = Annotated[str, AfterValidator(_network)]
Regex = Annotated[str, Field(max_length=500), AfterValidator(_regex)]
Password = Annotated[str, Field(max_length=200), AfterValidator(_password)]
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
Days = Annotated[
    str,
    matching(
        rf"{_DAY}(-{_DAY})?(,{_DAY}(-{_DAY})?)*",
        "not_days",
        N_("is not days: mon, tue, wed, thu, fri, sat, sun, a span such as mon-fri, or a list such as mon,wed"),
    ),
]
Span = Annotated[
    str,
    matching(
        r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)",
        "not_hours",
        N_("is not a span of hours such as 08:30-12:30"),
    ),
]
Note = Annotated[str, Field(max_length=2000)]

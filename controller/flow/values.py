"""{{variables}}: plain substitution, no expressions. What is substituted is made safe for the place it lands in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.parser import JsonPathParser

VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}")

# Variables every call has, set by the controller before the flow begins.
GIVEN = ("call", "subscriber", "caller", "called", "caller_name", "language", "time_zone", "country")

LONGEST = 200  # characters of one variable: all of them travel in a checkpoint of 4 kB


def plain(text: str) -> str:
    """Leave a value as it is: texts to speak, numbers."""
    return text


def in_url(text: str) -> str:
    """Percent-encode a value for any part of a URL."""
    return quote(text, safe="", errors="replace")


def in_json(text: str) -> str:
    """Escape a value for the inside of a JSON string."""
    return json.dumps(text)[1:-1]


def in_header(text: str) -> str:
    """Keep a value on one line: CR, LF and NUL would start another header."""
    return re.sub(r"[\r\n\0]+", " ", text)


def substitute(template: str, variables: Mapping[str, str], escape: Callable[[str], str] = plain) -> str:
    """Put variables into a template; an unknown variable becomes nothing."""
    return VARIABLE.sub(lambda found: escape(variables.get(found[1], "")), template)


def names(template: str) -> Iterator[str]:
    """Name the variables a template uses."""
    return (found[1] for found in VARIABLE.finditer(template))


@lru_cache(maxsize=512)
def json_path(path: str) -> Any:
    """Compile a JSONPath. Raises ValueError with the reason when it is wrong.

    One `..` is enough for any reply; two can take minutes on a large one.
    """
    if path.count("..") > 1:
        raise ValueError("more than one '..'")
    try:
        return JsonPathParser().parse(path)
    except JSONPathError as wrong:
        raise ValueError(str(wrong)) from None


def extract(save: tuple[tuple[str, str], ...], document: object) -> tuple[tuple[str, str], ...]:
    """Read variables out of a JSON document: the first match of each JSONPath; what is not there is left out."""
    found: list[tuple[str, str]] = []
    for name, path in save:
        matches = json_path(path).find(document)
        if matches:
            found.append((name, shown(matches[0].value)[:LONGEST]))
    return tuple(found)


def shown(value: object) -> str:
    """Write a JSON value as a variable: texts as they are, true and false as in JSON, null as nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""Fills the `{{name}}` places of an XML template. Values are escaped; what is already XML is marked as such."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

FOLDER = Path(__file__).parent / "templates"
PLACE = re.compile(r"\{\{([a-z_]+)\}\}")


class Markup(str):
    """Text that is XML already."""


def attribute(value: object) -> str:
    """A value as it may stand between the double quotes of an attribute."""
    return quoteattr(str(value), {'"': "&quot;"})[1:-1]


def fill(name: str, values: Mapping[str, object]) -> str:
    """Read the template `name` and put every value in its place. Raises KeyError for a place without a value."""

    def value_of(place: re.Match[str]) -> str:
        value = values[place[1]]
        return value if isinstance(value, Markup) else attribute(value)

    return PLACE.sub(value_of, (FOLDER / name).read_text("utf-8"))

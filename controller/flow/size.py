"""How large a document may be that anybody sends: looked at before anything walks through it."""

from __future__ import annotations

from collections.abc import Mapping

DEEPEST = 40  # mappings and lists in one another
MOST_VALUES = 100_000
MOST_TEXT = 2_000_000  # characters


def fits(document: object) -> bool:
    """Whether a document of JSON or YAML is small and flat enough to be read; one that holds itself is not."""
    values = text = 0
    level: list[object] = [document]
    for _ in range(DEEPEST):
        values += len(level)
        text += sum(len(value) for value in level if isinstance(value, str))
        if values > MOST_VALUES or text > MOST_TEXT:
            return False
        below: list[object] = []
        for value in level:
            if isinstance(value, Mapping):
                below.extend(value.keys())
                below.extend(value.values())
            elif isinstance(value, list | tuple):
                below.extend(value)
            if len(below) > MOST_VALUES:
                return False
        if not below:
            return True
        level = below
    return False

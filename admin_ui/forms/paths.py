"""Paths inside a document, as problems write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

Path = list[str | int]


def parts(dotted: str) -> Path:
    """A problem's field as a path: `forward.busy.to`, `entries[2].number`."""
    found: Path = []
    for name, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", dotted):
        found.append(int(index) if index else name)
    return found


def at(doc: Any, path: Sequence[str | int]) -> Any:
    """The value at a path; None when there is none."""
    for part in path:
        if isinstance(doc, dict) and isinstance(part, str) or isinstance(doc, list) and isinstance(part, int):
            try:
                doc = doc[part]  # type: ignore[index]
            except (KeyError, IndexError):
                return None
        else:
            return None
    return doc

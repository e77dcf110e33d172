"""What may not be kept in any document: what YAML could not carry, or a database refuses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from conf.problems import N_, Problem
from conf.yaml_source import DEEPEST, UNSTORABLE, Path_, dotted

LONGEST = 10**30  # of whole numbers: what a file may hold


def unstorable(value: Any, path: Path_ = ()) -> Iterator[Problem]:
    """Every value in a document that cannot be kept."""
    if len(path) > DEEPEST:
        yield _at(path, "too_deep", N_("is nested deeper than {limit} levels"), limit=DEEPEST)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or UNSTORABLE.search(key):
                yield _at(path, "unstorable", N_("holds a control character"))
            else:
                yield from unstorable(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from unstorable(inner, (*path, index))
    elif isinstance(value, str):
        if UNSTORABLE.search(value):
            yield _at(path, "unstorable", N_("holds a control character"))
    elif isinstance(value, float) and not math.isfinite(value) or isinstance(value, int) and abs(value) > LONGEST:
        yield _at(path, "not_a_number", N_("is no number that can be kept"))


def _at(path: Path_, code: str, message: str, **fields: Any) -> Problem:
    return Problem(code, message, fields, field=dotted(path))

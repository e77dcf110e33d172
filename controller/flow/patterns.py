"""Subscribers' regular expressions: RE2, which takes linear time whatever is written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

LONGEST = 500

_options = re2.Options()
_options.log_errors = False
_options.max_mem = 1 << 20


@lru_cache(maxsize=512)
def regex(pattern: str) -> Any:
    """Compile an expression. Raises ValueError with the reason when it is wrong."""
    if len(pattern) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    try:
        return re2.compile(pattern, _options)
    except (re2.error, UnicodeError) as wrong:
        reason = wrong.args[0] if wrong.args else ""
        raise ValueError(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from None


def matches(pattern: str, text: str) -> bool:
    """Whether an expression is found in a text, anywhere unless it is anchored with ^ and $."""
    return regex(pattern).search(text) is not None

"""How a FreeSWITCH is, read from what its api command `status` says."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNITS = {"year": 365 * 86400, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
AGE = re.compile(rf"(\d+) ({'|'.join(UNITS)})s?\b")


@dataclass(frozen=True)
class Vitals:
    """`uptime` is seconds; `sessions` are the channels now. One that is not `ready` takes no new calls (a pause)."""

    version: str
    uptime: int
    sessions: int
    max_sessions: int
    ready: bool


def read_vitals(text: str) -> Vitals:
    """Read the answer to `status`; what it does not say is "" or 0."""
    age = sum(int(number) * UNITS[unit] for number, unit in AGE.findall(text.partition("\n")[0]))
    version = re.search(r"\(Version (\S+)", text)
    return Vitals(
        version[1] if version else "",
        age,
        _number(r"^(\d+) session\(s\) - peak", text),
        _number(r"^(\d+) session\(s\) max", text),
        ") is ready" in text,
    )


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text, re.MULTILINE)
    return int(found[1]) if found else 0

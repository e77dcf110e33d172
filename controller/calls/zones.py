"""Time zones as the fax engine wants them: POSIX rules, `CET-1CEST,M3.5.0,M10.5.0/3`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH

UTC = "UTC0"
MAGIC = b"TZif"


@cache
def posix(name: str) -> str:
    """The rules of a zone by its IANA name, from the last line of its file (RFC 8536); UTC when it is not known."""
    parts = name.split("/")
    if not parts[0] or not all(part.replace("_", "").replace("-", "").replace("+", "").isalnum() for part in parts):
        return UTC
    found = next((file for file in (Path(folder, *parts) for folder in TZPATH) if file.is_file()), None)
    try:
        data = found.read_bytes() if found else files("tzdata").joinpath("zoneinfo", *parts).read_bytes()
    except (OSError, ModuleNotFoundError):
        return UTC
    rules = data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")
    return rules if data.startswith(MAGIC) and rules and "<" not in rules else _plain(rules)


def _plain(rules: str) -> str:
    """Zones without letters (`<+04>-4`) under a name of letters: the engine knows no brackets."""
    if not rules.startswith("<"):
        return UTC
    name, _, rest = rules[1:].partition(">")
    offset = rest.partition("<")[0].partition(",")[0]
    return f"LCL{offset}" if name and offset else UTC

"""Requests of the Unix socket, checked: what is wrong is told with its field and the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

LONGEST = 2**20  # bytes of a line
_RATES = (8000, 16000)
_CHANNELS = (1, 2)


class Wrong(Exception):
    """A request that cannot be served."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True)
class Asked:
    """One line: `what` is listen, grammar, stop, status or transcribe; `values` as the worker reads them."""

    what: str
    values: dict[str, Any]


def read(line: bytes) -> Asked:
    """Check one line. Raises Wrong."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise Wrong("", "is not a line of JSON") from None
    if not isinstance(told, dict) or len(told) != 1:
        raise Wrong("", "must be an object with one member: listen, grammar, stop, status or transcribe")
    ((what, value),) = told.items()
    if what not in _CHECKS:
        raise Wrong(what, "is not known; there are listen, grammar, stop, status and transcribe")
    return Asked(what, _CHECKS[what](value))


def _listen(value: Any) -> dict[str, Any]:
    asked = _object("listen", value, {"file", "channels", "rate", "sides", "pause", "from"})
    channels = asked.get("channels", 1)
    if channels not in _CHANNELS or isinstance(channels, bool):
        raise Wrong("listen.channels", "must be 1 or 2")
    rate = asked.get("rate", 8000)
    if rate not in _RATES:
        raise Wrong("listen.rate", "must be 8000 or 16000")
    sides = asked.get("sides")
    if not isinstance(sides, list) or len(sides) != channels:
        raise Wrong("listen.sides", "must be a list with one entry for each channel")
    start = _seconds("listen.from", asked.get("from", 0.0), 0.0, 86400.0)
    checked = [_side(f"listen.sides[{index}]", side, start) for index, side in enumerate(sides)]
    if not any(checked):
        raise Wrong("listen.sides", "must have a side that is heard")
    return {
        "file": _file("listen.file", asked.get("file")),
        "channels": channels,
        "rate": rate,
        "sides": checked,
        "pause": _seconds("listen.pause", asked.get("pause", 0.8), 0.1, 10.0),
    }


def _side(field: str, value: Any, start: float) -> dict[str, Any] | None:
    if value is None:
        return None
    asked = _object(field, value, {"language", "grammar", "from"})
    return {
        "language": _language(f"{field}.language", asked.get("language")),
        "grammar": _phrases(f"{field}.grammar", asked.get("grammar")),
        "from": _seconds(f"{field}.from", asked.get("from", start), 0.0, 86400.0),
    }


def _grammar(value: Any) -> dict[str, Any]:
    asked = _object("grammar", value, {"side", "grammar"})
    side = asked.get("side", 0)
    if side not in (0, 1) or isinstance(side, bool):
        raise Wrong("grammar.side", "must be 0 or 1")
    return {"side": side, "phrases": _phrases("grammar.grammar", asked.get("grammar"))}


def _transcribe(value: Any) -> dict[str, Any]:
    asked = _object("transcribe", value, {"file", "language"})
    return {
        "file": _file("transcribe.file", asked.get("file")),
        "language": _language("transcribe.language", asked.get("language")),
    }


def _nothing(value: Any) -> dict[str, Any]:
    if value is not True:
        raise Wrong("", "must be true")
    return {}


_CHECKS = {"listen": _listen, "grammar": _grammar, "stop": _nothing, "status": _nothing, "transcribe": _transcribe}


def _object(field: str, value: Any, members: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Wrong(field, "must be an object")
    for name in value:
        if name not in members:
            raise Wrong(f"{field}.{name}"[:200], f"is not known; there are {', '.join(sorted(members))}")
    return value


def _file(field: str, value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/") or "\0" in value or len(value) > 4000:
        raise Wrong(field, "must be the absolute path of a file")
    return value


def _language(field: str, value: Any) -> str:
    code = value.replace("_", "-").split("-")[0].lower() if isinstance(value, str) else ""
    if not (code.isascii() and code.isalpha() and 2 <= len(code) <= 3):
        raise Wrong(field, "must be a language such as en, fr or de")
    return code


def _phrases(field: str, value: Any) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(phrase, str) for phrase in value):
        raise Wrong(field, "must be a list of phrases, or null for free speech")
    return value


def _seconds(field: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Wrong(field, f"must be a number of seconds from {least:g} to {most:g}")
    return float(value)

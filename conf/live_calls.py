"""What the controllers and the web UI call alike when they speak of calls in progress."""

from __future__ import annotations

from typing import Any

Entry = dict[str, Any]  # of the live feed: call, sequence, at, kind, data


class Away(Exception):
    """No controller answers; says why."""


class Refused(Exception):
    """A controller does not do that; says why."""

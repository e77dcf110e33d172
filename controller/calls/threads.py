"""Threads for what would hold the hub: the database, files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gevent.threadpool import ThreadPool


class Threads(ThreadPool):
    """gevent's pool, whose `apply` raises what the function raised and prints nothing about it."""

    def apply(
        self, func: Callable[..., Any], args: tuple[Any, ...] | None = None, kwds: Mapping[str, Any] | None = None
    ) -> Any:
        """Run a function in a thread and wait for it."""
        result, error = super().apply(_caught, (func, args or (), kwds or {}))
        if error is not None:
            raise error
        return result


def _caught(function: Callable[..., Any], args: Sequence[Any], kwds: Mapping[str, Any]) -> tuple[Any, Exception | None]:
    try:
        return function(*args, **kwds), None
    except Exception as error:  # noqa: BLE001 raised again where it is waited for
        return None, error

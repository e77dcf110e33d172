"""How often somebody has asked, counted in this process. Flask-Limiter's own counts start a thread at most requests."""

from __future__ import annotations

import time
from typing import Any

from gevent.monkey import get_original
from limits.storage import Storage

TIDY = 60.0  # seconds between two looks at what counts no more
_Lock: Any = get_original("threading", "Lock")  # held for a moment, by threads and by greenlets


class Counts(Storage):
    """A storage for fixed windows: `storage_uri="counts://"`. `time.time` is its clock."""

    STORAGE_SCHEME = ["counts"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._counts: dict[str, tuple[int, float]] = {}  # by key: how often, and the end of the window
        self._lock = _Lock()
        self._tidied = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong: nothing."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds; how often it was by now."""
        now = time.time()
        with self._lock:
            self._tidy(now)
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            self._counts[key] = (count + amount, until)
        return count + amount

    def get(self, key: str) -> int:
        """How often it was in this window."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """The end of the window."""
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Whether it works."""
        return True

    def reset(self) -> int:
        """Forget everything; how much it was."""
        with self._lock:
            many = len(self._counts)
            self._counts.clear()
        return many

    def clear(self, key: str) -> None:
        """Forget one."""
        with self._lock:
            self._counts.pop(key, None)

    def _tidy(self, now: float) -> None:
        if now - self._tidied > TIDY:
            self._tidied = now
            self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}

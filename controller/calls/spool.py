"""Facts that the database could not take, kept on disk until it can: one file a batch, synced, bounded."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

log = logging.getLogger(__name__)
Fact = dict[str, Any]
ALARM = 0.8


class SpoolFull(Exception):
    """The spool has reached its limit; the batch is not kept."""


class Spool:
    """A folder of batches, oldest first. Several processes may each have their own, by `owner`."""

    def __init__(self, folder: Path, owner: str, limit: int = 256 * 1024 * 1024) -> None:
        self._folder = folder
        self._owner = owner
        self._limit = limit
        self._count = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.size = sum(path.stat().st_size for path in self._batches())

    def keep(self, facts: list[Fact]) -> None:
        """Write a batch so that it survives a crash of the machine; raises SpoolFull or OSError."""
        data = b"".join(orjson.dumps(fact) + b"\n" for fact in facts)
        if self.size + len(data) > self._limit:
            raise SpoolFull(f"{self.size} of {self._limit} bytes")
        self._count += 1
        path = self._folder / f"{time.time_ns():020d}-{self._count:06d}-{self._owner}.jsonl"
        part = path.with_suffix(".part")
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _sync(self._folder)
        self.size += len(data)
        if self.size > ALARM * self._limit:
            log.error("the spool is %.0f %% full: %s", 100 * self.size / self._limit, self._folder)

    def batches(self) -> Iterator[tuple[Path, list[Fact]]]:
        """The kept batches, oldest first; a file cut short by a crash gives its whole lines."""
        for path in self._batches():
            yield path, list(_facts(path))

    def forget(self, path: Path) -> None:
        """Remove a batch that the database has."""
        self.size -= path.stat().st_size
        path.unlink()

    def _batches(self) -> list[Path]:
        return sorted(self._folder.glob(f"*-{self._owner}.jsonl"))


def _facts(path: Path) -> Iterator[Fact]:
    for line in path.read_bytes().split(b"\n"):
        if not line:
            continue
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            log.error("a damaged line was left out of %s", path.name)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Facts that the database could not take, kept on disk until it can: one file a batch, synced, bounded."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from controller.calls import durable

log = logging.getLogger(__name__)
Fact = dict[str, Any]
LIMIT = 256 * 1024 * 1024  # bytes
ALARM = 0.8  # of the limit
CALM = 0.7
NAME = re.compile(r"(\d{20}-\d{6})-(.+)\.jsonl")


class SpoolFull(Exception):
    """The spool has reached its limit; the batch is not kept."""


class Spool:
    """A folder of batches, oldest first. Several processes may each have their own, by `owner`.

    Its functions wait for the disk: call them in a thread, one at a time.
    """

    def __init__(self, folder: Path, owner: str, limit: int = LIMIT) -> None:
        self._folder = folder
        self._owner = owner
        self._limit = limit
        self._count = 0
        self._alarmed = False
        durable.private_folder(folder)
        for part in folder.glob(f"*-{owner}.jsonl.*.part"):  # a crash cut it short before it counted as kept
            part.unlink(missing_ok=True)
        self.size = sum(_size(path) for path in self.batches())

    @property
    def fraction(self) -> float:
        """How full it is, from 0 to 1."""
        return self.size / self._limit

    def keep(self, facts: list[Fact]) -> None:
        """Write a batch so that it survives a crash of the machine; raises SpoolFull or OSError."""
        data = b"".join(orjson.dumps(fact) + b"\n" for fact in facts)
        if self.size + len(data) > self._limit:
            raise SpoolFull(f"{self.size} of {self._limit} bytes")
        durable.write(self._folder / self._name(), data)
        self._grow(len(data))

    def batches(self) -> list[Path]:
        """The kept batches, oldest first."""
        return [path for path, owner in self._files() if owner == self._owner]

    def read(self, path: Path) -> list[Fact]:
        """A batch's facts; a file cut short by a crash gives its whole lines, one that is gone gives none."""
        try:
            return list(_facts(path))
        except FileNotFoundError:
            return []

    def forget(self, path: Path) -> None:
        """Remove a batch that the database has."""
        self._grow(-_size(path))
        path.unlink(missing_ok=True)

    # --- what others left -------------------------------------------------------------------------------------------

    def others(self) -> set[str]:
        """The owners of batches in this folder that are not ours."""
        return {owner for _, owner in self._files()} - {self._owner}

    def claim(self, owner: str) -> int:
        """Make another owner's batches ours, each by one renaming, so that only one takes it. Returns how many."""
        claimed = 0
        for path in [path for path, name in self._files() if name == owner]:
            mine = self._folder / self._name()
            try:
                path.rename(mine)
            except FileNotFoundError:
                continue  # another one was quicker
            self._grow(_size(mine))
            claimed += 1
        return claimed

    def _name(self) -> str:
        self._count += 1
        return f"{time.time_ns():020d}-{self._count:06d}-{self._owner}.jsonl"

    def _files(self) -> list[tuple[Path, str]]:
        found = ((path, NAME.fullmatch(path.name)) for path in sorted(self._folder.glob("*.jsonl")))
        return [(path, match[2]) for path, match in found if match]

    def _grow(self, by: int) -> None:
        self.size = max(0, self.size + by)
        if self.fraction >= ALARM and not self._alarmed:
            self._alarmed = True
            log.error("the spool is %.0f %% full: %s", 100 * self.fraction, self._folder)
        elif self.fraction < CALM:
            self._alarmed = False


def _facts(path: Path) -> Iterator[Fact]:
    for line in path.read_bytes().split(b"\n"):
        if not line:
            continue
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            log.error("a damaged line was left out of %s", path.name)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0

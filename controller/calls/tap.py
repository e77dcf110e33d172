"""Taps: what is said in a call, in a file that grows in memory while somebody listens to it, and goes with that.

A file is named after its channel and what it is for. It is gone when the listening ends; what a killed controller left
goes when another takes the call, and at the latest when nobody has written to it for a while.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol

import gevent

from controller.calls import durable
from controller.esl.errors import EslError

log = logging.getLogger(__name__)
LONGEST = 1800.0  # seconds; 16 kB a second and side
LEFT = 60.0  # seconds that nobody wrote to a file which a call still uses; FreeSWITCH writes every 20 ms
SWEEPS = 60.0  # seconds
SPARE = 2 * 2**20  # bytes that must be free: a minute of both sides of a call
COMPLAINS = 60.0  # seconds between two lines in the log


class Line(Protocol):
    """A channel that can be tapped: a call's own connection, or the controller's with the channel named."""

    @property
    def uuid(self) -> str: ...
    def tap(self, file: str, sides: Literal["caller", "both"], limit: float = ...) -> None: ...
    def stop_tap(self, file: str) -> bool: ...
    def set_variable(self, name: str, value: str) -> None: ...


class Taps:
    """The folder of the taps, ours alone. FreeSWITCH writes there, and the speech process reads there."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._now = now
        self._complained_at = float("-inf")

    def start(self) -> None:
        """Make the folder, and remove what others left. Without one callers are heard by their keys alone."""
        try:
            durable.private_folder(self.folder)
        except OSError as error:
            log.error("what callers say cannot be written to %s: %s", self.folder, error)
        self.sweep()

    def stop(self) -> None:
        """Leave no empty folder behind; another process makes it again when it needs it."""
        with suppress(OSError):
            self.folder.rmdir()

    def keep(self) -> None:
        """Sweep for ever."""
        while True:
            gevent.sleep(SWEEPS)
            self.sweep()

    def sweep(self) -> None:
        """Remove the files that nobody writes to any more."""
        for file in self.folder.glob("*.raw"):
            with suppress(OSError):
                if self._now() - file.stat().st_mtime > LEFT:
                    file.unlink()

    def full(self) -> bool:
        """Whether there is no room for what is said: FreeSWITCH would open files that never grow."""
        try:
            free = os.statvfs(self.folder)
        except OSError:
            return False  # which FreeSWITCH will say
        if free.f_bavail * free.f_frsize >= SPARE:
            return False
        if self._now() - self._complained_at >= COMPLAINS:
            self._complained_at = self._now()
            log.error("%s is full: callers are heard by their keys alone, and the prompter hears nobody", self.folder)
        return True

    def file(self, uuid: str, purpose: str) -> Path:
        """Where the tap of a channel is, for a purpose: the key of a command."""
        return self.folder / f"{uuid}-{purpose}.raw"

    @contextmanager
    def open(
        self, session: Line, purpose: str, sides: Literal["caller", "both"] = "caller", limit: float = LONGEST
    ) -> Iterator[Path]:
        """Let what is said grow in a file while the block lasts. Errors: those of `Session.tap`."""
        file = self.file(session.uuid, purpose)
        with suppress(OSError):  # FreeSWITCH says so too
            durable.private_folder(self.folder)
        try:
            session.tap(str(file), sides, limit)
            yield file
        finally:
            _end(session, file)

    def clear(self, session: Line) -> None:
        """End what a controller before us left of a call."""
        for file in self.folder.glob(f"{session.uuid}-*.raw"):
            _end(session, file)


def _end(session: Line, file: Path) -> None:
    """Stop a tap and remove its file; one that we cannot stop any more is left for whoever takes the call."""
    grows = False
    try:
        session.stop_tap(str(file))
    except EslError as error:
        log.debug("tap of %s: %s", session.uuid, error)
        grows = True
    finally:
        if not grows:
            file.unlink(missing_ok=True)

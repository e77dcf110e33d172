"""Child processes that belong together: started, restarted when they die, ended with us."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)
PR_SET_PDEATHSIG = 1
CLOSED = 0o027  # FreeSWITCH keeps its whole configuration beside its log, with every secret
PATIENCE = 10.0  # seconds a child has to end before it is killed
LONGEST_PAUSE = 30.0  # seconds between two starts of a child that keeps dying
STEADY = 60.0  # seconds after which a child counts as well again


@dataclass
class Child:
    """One process of the house."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0


@dataclass
class Supervisor:
    """Runs children until it is told to stop."""

    children: list[Child]
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    each: Callable[[], None] = lambda: None  # done again and again while the children run
    _stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Start everything and stay until a signal comes; then end every child."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                for child in self.children:
                    self._look_after(child)
                self.each()
                self.sleep(0.2)
        finally:
            self.end()

    def end(self) -> None:
        """End the children, the last started first."""
        for child in reversed(self.children):
            if child.process and child.process.poll() is None:
                child.process.terminate()
        for child in reversed(self.children):
            if child.process:
                _await_end(child.process)

    def _look_after(self, child: Child) -> None:
        now = self.clock()
        if child.process is None:
            if now >= child.due:
                # Our own programs, and no shell.
                child.process = subprocess.Popen(  # noqa: S603
                    child.command, preexec_fn=_end_with_parent, umask=CLOSED
                )
                child.started = now
            return
        code = child.process.poll()
        if code is None:
            return
        child.deaths = 1 if now - child.started > STEADY else child.deaths + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2**child.deaths)
        log.error("%s ended with %s and is started again in %.0f s", child.name, code, pause)
        child.process, child.due = None, now + pause

    def _stop(self, number: int, frame: object) -> None:
        self._stopping = True


def _end_with_parent() -> None:
    """Ask Linux to end a child when we are killed: it would hold the ports."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def python(*arguments: str) -> list[str]:
    """The command that runs a module of ours with this same Python."""
    return [sys.executable, "-m", *arguments]


def _await_end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

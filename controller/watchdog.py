"""Ends this process when its hub stands still: FreeSWITCH notices nothing of a controller that only hangs.

A thread of the system's own counts the hub's beats. It sleeps in short steps and counts its own steps, not the clock:
a process that was stopped as a whole (SIGSTOP, a suspended machine) is not blamed for it when it goes on.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Callable

import gevent
from gevent.monkey import get_original

STEP = 0.5  # seconds
LIMIT = 5.0  # seconds; below a lease, so that a stuck controller is gone when its calls are adopted


def end() -> None:
    """Write where every thread stands, and go: whoever supervises us starts another."""
    sys.stderr.write("The controller's hub stands still: it ends itself, its calls are offered anew.\n")
    faulthandler.dump_traceback(all_threads=True)
    os._exit(70)


class Watchdog:
    """Started once; `end` is called from its thread."""

    def __init__(self, limit: float = LIMIT, step: float = STEP, end: Callable[[], object] = end) -> None:
        self._limit = limit
        self._step = step
        self._end = end
        self._beats = 0
        self._stopped = False

    def start(self) -> None:
        """Begin to watch the hub of this thread."""
        gevent.spawn(self._beat)
        get_original("_thread", "start_new_thread")(self._watch, ())

    def stop(self) -> None:
        """Watch no more."""
        self._stopped = True

    def _beat(self) -> None:
        while not self._stopped:
            self._beats += 1
            gevent.sleep(self._step / 2)

    def _watch(self) -> None:
        sleep = get_original("time", "sleep")
        heard, silent = self._beats, 0.0
        while not self._stopped:
            sleep(self._step)
            silent = silent + self._step if self._beats == heard else 0.0
            heard = self._beats
            if silent >= self._limit:
                self._end()
                return

"""Several workers (pytest-xdist) under gevent: `pytest -n 2`.

In a worker a thread of execnet takes what is to be run, and ours waits for it. gevent has replaced the locks and events
that the two would meet at, and its own are not made for two threads. So ours looks now and then instead; what the tests
left running goes on meanwhile.
"""

from __future__ import annotations

import os
from typing import Any

import gevent
from execnet.gateway_base import ThreadExecModel
from gevent import monkey
from xdist.scheduler import LoadScopeScheduling

LOOKS_EVERY = 0.01  # seconds
ONE_AT_A_TIME = ("tests/real/",)  # one FreeSWITCH on this machine, and its calls are heard in real time
APART = ("tests/admin_ui/test_schemathesis.py",)  # each test takes long


class Event:
    """As threading.Event, set by another thread."""

    def __init__(self) -> None:
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True

    def clear(self) -> None:
        self._set = False

    def wait(self, timeout: float | None = None) -> bool:
        with gevent.Timeout(timeout, False):
            while not self._set:
                gevent.sleep(LOOKS_EVERY)
        return self._set


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """A file is run by one worker, in the order of the files."""

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(APART):
            return nodeid
        return next((folder for folder in ONE_AT_A_TIME if nodeid.startswith(folder)), nodeid.partition("::")[0])


def prepare() -> None:
    """In a worker: let execnet make locks and events that its thread and ours can share."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        ThreadExecModel.Event = lambda _: Event()
        ThreadExecModel.RLock = lambda _: monkey.get_original("_thread", "RLock")()

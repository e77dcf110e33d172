"""What the web UI's process does by the clock: mails, planned publications, webhooks.

A module registers its work in its `init_app`. A greenlet keeps the time; the work runs in a thread, since a database
may make it wait. Several processes may do the same: each piece of work must bear that.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import gevent
from flask import Flask
from gevent.event import Event
from gevent.threadpool import ThreadPool

log = logging.getLogger(__name__)
Work = Callable[[], object]


@dataclass
class Task:
    """Work that is done every so many seconds; `due` is by the worker's clock."""

    name: str
    work: Work
    every: float
    lane: str = ""
    due: float = 0.0


class Worker:
    """The work of one process. `clock` counts seconds."""

    def __init__(self, app: Flask, clock: Callable[[], float] = time.monotonic) -> None:
        self.tasks: list[Task] = []
        self._app = app
        self._clock = clock
        self._ended = Event()
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    def register(self, name: str, work: Work, every: float, lane: str = "") -> None:
        """Do something every so many seconds, inside the application's context; the first time at once.

        What may take long has a lane of its own: the tasks of one lane wait for each other.
        """
        self.tasks.append(Task(name, work, every, lane))

    def run_due(self, lane: str | None = None) -> float:
        """Do what is due; seconds until something is due again. What fails is logged, and tried again in its time."""
        mine = [task for task in self.tasks if lane is None or task.lane == lane]
        for task in mine:
            if task.due <= self._clock():
                self._run(task)
        return max(0.05, min((task.due for task in mine), default=self._clock() + 60.0) - self._clock())

    def start(self) -> None:
        """Begin, beside what the process does."""
        self._greenlets = [gevent.spawn(self._loop, lane) for lane in {task.lane for task in self.tasks}]

    def stop(self) -> None:
        """End, after what is being done now, or after five seconds."""
        self._ended.set()
        gevent.joinall(self._greenlets, 5.0)

    def _loop(self, lane: str) -> None:
        pool = ThreadPool(1)
        while not self._ended.is_set():
            self._ended.wait(pool.apply(self.run_due, (lane,)))

    def _run(self, task: Task) -> None:
        try:
            with self._app.app_context():
                task.work()
        except Exception:  # noqa: BLE001  the other work goes on
            log.exception("%s failed; it is tried again in %s s", task.name, task.every)
        task.due = self._clock() + task.every


def worker(app: Flask) -> Worker:
    """The worker of an application."""
    return cast(Worker, app.extensions.setdefault("worker", Worker(app)))


def register(app: Flask, name: str, work: Work, every: float, lane: str = "") -> None:
    """Have an application do something every so many seconds, once it is served."""
    worker(app).register(name, work, every, lane)

"""Work by the clock: in its time, again when it failed, and what takes long holds up nobody."""

from __future__ import annotations

import gevent
import pytest
from flask import Flask
from gevent.monkey import get_original

from admin_ui.worker import Worker

new_lock = get_original("_thread", "allocate_lock")  # the work runs in threads of its own


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_work_is_done_in_its_time_and_again_after_it_failed() -> None:
    clock, done = Clock(), []
    worker = Worker(Flask("test"), clock)
    worker.register("often", lambda: done.append("often"), 1.0)
    worker.register("seldom", lambda: done.append(str(1 / 0)), 10.0)
    worker.register("after it", lambda: done.append("after"), 10.0)
    worker.run_due()
    clock.now = 1.0
    assert worker.run_due() == pytest.approx(1.0)
    assert done == ["often", "after", "often"]


def test_a_lane_does_not_wait_for_another() -> None:
    long, quick = new_lock(), new_lock()
    long.acquire()
    quick.acquire()
    worker = Worker(Flask("test"))
    worker.register("long", lambda: long.acquire(timeout=60), 60.0, "slow")
    worker.register("quick", quick.release, 60.0)
    worker.start()
    try:
        assert gevent.get_hub().threadpool.apply(quick.acquire, (True, 30))
        assert long.locked()
    finally:
        long.release()
        worker.stop()

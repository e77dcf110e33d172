"""The web UI's process as it is started: threads of the pool share locks and start threads, and none waits for ever."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from admin_ui.limit_counts import TIDY, Counts
from admin_ui.limits import limiter

ROOT = Path(__file__).parents[2]

# What a request does in a thread of the pool, and waits for without looking after greenlets: SQLite waits like that.
SHARES = """
import admin_ui.__main__
import logging, threading
from gevent.monkey import get_original
from gevent.threadpool import ThreadPool

def starts_a_thread():
    ran = get_original("threading", "Event")()
    threading.Timer(0.0, ran.set).start()
    return ran.wait(5.0)

def hands_a_lock_over():
    lock, held, told = threading.RLock(), get_original("threading", "Event")(), []
    pool = ThreadPool(2)

    def hold():
        with lock:
            held.set()
            get_original("time", "sleep")(0.05)

    def want():
        held.wait()
        with lock:
            told.append(True)

    results = [pool.spawn(hold), pool.spawn(want)]
    return all(one.get() is None for one in results) and bool(told)

assert ThreadPool(1).apply(starts_a_thread), "a thread that a request starts does not run"
assert hands_a_lock_over()
assert type(logging.Handler().lock) is type(get_original("threading", "RLock")())
import socket, gevent.socket
assert socket.socket is gevent.socket.socket, "a stream would hold up all others"
print("good")
"""


def test_threads_are_threads_in_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", SHARES], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.stdout == "good\n", done.stderr


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the counts see it."""
    now = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def test_counts_are_of_a_window(clock: list[float]) -> None:
    counts = Counts()
    assert [counts.incr("anna", 60) for _ in range(3)] == [1, 2, 3]
    assert counts.incr("paul", 60, amount=2) == 2
    assert (counts.get("anna"), counts.get_expiry("anna")) == (3, clock[0] + 60)
    clock[0] += 60
    assert (counts.get("anna"), counts.incr("anna", 60)) == (0, 1)


def test_what_counts_no_more_is_forgotten(clock: list[float]) -> None:
    counts = Counts()
    for address in range(100):
        counts.incr(f"192.0.2.{address}", 60)
    clock[0] += TIDY + 61
    counts.incr("anna", 60)
    assert counts.reset() == 1
    counts.incr("anna", 60)
    counts.clear("anna")
    assert counts.get("anna") == 0


def test_the_limits_count_with_them() -> None:
    assert limiter._storage_uri == "counts://"

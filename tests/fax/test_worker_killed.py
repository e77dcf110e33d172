"""A worker is killed with -9 in every state: no fax is lost, and no page whose confirmation is stored goes twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conf.database import operator, scoped
from conf.models import Controller
from fax import acts
from tests.fax.room import FAR, WEB_SECRET, Room
from tests.fax.stand_in import SECRET, Dialled

ROOT = Path(__file__).parents[2]


class Workers:
    """Worker processes on a room's database. `forward` sets their clock, and the room's."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.room, self._file = room, folder / "forward"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._began = datetime.now(UTC)
        self._seconds = 0.0
        self.forward()
        url = room.engine.url.render_as_string(hide_password=False)
        self._environ = {
            "PATH": os.environ["PATH"],
            "SOUFFLEUR_DATA_DIR": str(folder),
            "SOUFFLEUR_DATABASE_URL": url,
            "SOUFFLEUR_CONTROL_SECRET": SECRET,
            "SOUFFLEUR_WEB_SECRET": WEB_SECRET,
            "SOUFFLEUR_FAX_DIR": str(room.folder),
        }
        with operator(room.engine) as session:
            lease = datetime.now(UTC) + timedelta(days=30)
            session.add(Controller(id="c", url=room.controller.url, freeswitch="x", lease_until=lease))

    def forward(self, **span: float) -> None:
        self._seconds += timedelta(**span).total_seconds()
        aside = self._file.with_suffix(".new")
        aside.write_text(str(self._seconds))
        aside.replace(self._file)
        self.room.now = datetime.now(UTC) + timedelta(seconds=self._seconds)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.fax.worker_process", str(self._file)]
        self._processes.append(subprocess.Popen(command, cwd=ROOT, env=self._environ, stderr=subprocess.DEVNULL))
        return self._processes[-1]

    def kill(self) -> None:
        self._processes[-1].send_signal(signal.SIGKILL)
        self._processes[-1].wait()

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()


@pytest.fixture
def workers(embedded: Room, tmp_path: Path) -> Iterator[Workers]:
    made = Workers(embedded, tmp_path)
    yield made
    made.close()


def until(true: Callable[[], object], within: float = 30.0) -> None:
    ends = time.monotonic() + within
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.01)


def sent(room: Room, key: int) -> Counter[int]:
    """How often each page of a fax (from 1) was put on the line, up to the last that the far end confirmed."""
    found: Counter[int] = Counter()
    for row in room.attempts(key):
        pages = max(0, row.pages_confirmed - row.covers)
        found.update(range(row.start_page + 1, row.start_page + pages + 1))
    return found


def test_while_its_pages_are_made(workers: Workers) -> None:
    room = workers.room
    (key,) = room.put()
    workers.start()
    until(lambda: room.states(key) != ["queued"])
    workers.kill()
    workers.start()
    workers.forward(minutes=6)  # the lease of the dead one
    until(lambda: room.states(key) == ["sent"])
    assert len(room.controller.calls) == 1


@pytest.mark.parametrize("dialled", [False, True])
def test_before_and_after_the_controller_dials(workers: Workers, dialled: bool) -> None:
    """The worker has asked, and does not live to hear the answer."""
    room = workers.room
    asked, released = threading.Event(), threading.Event()
    real = room.controller.place

    def held(wish: dict[str, object]) -> tuple[int, dict[str, object]]:
        answer = real(wish) if dialled else (503, {"error": "never mind"})
        asked.set()
        released.wait(30)
        return answer

    room.controller.place = held  # type: ignore[method-assign]
    room.controller.act = lambda call: None
    (key,) = room.ready(pages=3)
    workers.start()
    until(asked.is_set)
    workers.kill()
    room.controller.place = real  # type: ignore[method-assign]
    released.set()
    workers.start()
    workers.forward(minutes=2)  # the dead one would have asked by now
    until(lambda: room.controller.calls)
    room.controller.calls[0].end(0, pages=3)
    until(lambda: room.states(key) == ["sent"])
    assert len(room.controller.calls) == len(room.attempts(key)) == 1
    assert sent(room, key) == {1: 1, 2: 1, 3: 1}


def test_in_the_middle_of_a_page(workers: Workers) -> None:
    room = workers.room
    room.controller.act = lambda call: call.confirm(1)
    (key,) = room.ready(pages=3)
    workers.start()
    until(lambda: room.fax(key).pages_confirmed == 1)
    workers.kill()
    first = room.controller.calls[0]
    first.confirm(2)
    first.end(49, pages=2)
    room.controller.act = lambda call: call.end(0, pages=call.pages)
    workers.start()
    until(lambda: room.states(key) == ["retrying"])
    workers.forward(minutes=1)
    until(lambda: room.states(key) == ["sent"])
    assert sent(room, key) == {1: 1, 2: 1, 3: 1}
    assert [call.pages for call in room.controller.calls] == [3, 2]  # the second begins with a cover


def test_after_the_result(workers: Workers) -> None:
    room = workers.room
    calls: list[Dialled] = []
    room.controller.act = calls.append
    (key,) = room.ready(pages=3)
    workers.start()
    until(lambda: room.states(key) == ["sending"] and calls)
    workers.kill()
    calls[0].end(0, pages=3)
    workers.start()
    until(lambda: room.states(key) == ["sent"])
    workers.forward(hours=4)
    assert len(room.controller.calls) == 1
    assert room.spool() == []


def test_what_the_far_end_confirmed_and_nobody_stored_is_asked_and_never_resent(workers: Workers) -> None:
    room = workers.room
    room.controller.act = lambda call: call.confirm(1)
    (key,) = room.ready(pages=3)
    workers.start()
    until(lambda: room.fax(key).pages_confirmed == 1)
    workers.kill()
    room.controller.calls[0].vanish()  # the second page was confirmed; who was to store it died
    looked = len(room.controller.looked)  # by the one that was killed
    workers.start()
    workers.forward(seconds=30)
    until(lambda: len(room.controller.looked) > looked)
    workers.forward(minutes=4)
    until(lambda: room.states(key) == ["uncertain"])
    workers.forward(days=1)
    room.controller.act = lambda call: call.end(0, pages=call.pages)
    (other,) = room.ready(FAR[:-1] + "9", pages=1)
    until(lambda: room.states(other) == ["sent"])  # the worker goes on; the fax stays as it is
    assert (room.states(key), len(room.attempts(key))) == (["uncertain"], 1)
    with scoped(room.engine, room.owners[0]) as session:
        acts.resend(session, key, room.now)
    until(lambda: room.states(key) == ["sent"])
    assert sent(room, key) == {1: 1, 2: 1, 3: 1}


def test_two_workers_dial_each_fax_once(workers: Workers) -> None:
    room = workers.room
    keys = room.ready(*(f"+3319900010{number}" for number in range(8)))
    workers.start()
    workers.start()
    until(lambda: room.states(*keys) == ["sent"] * 8)
    assert Counter(call.attempt for call in room.controller.calls) == {f"{key}-1": 1 for key in keys}

"""A database that is there and does not answer: a lock that somebody holds, a server that hangs. Calls go on."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import gevent
import pytest

from tests.calls.live import Live, free_port, running
from tests.calls.shop import Shop
from tests.calls.test_away import SPEED, Callers, answer, everything, house
from tests.outside.virtual import VirtualOutside
from tests.postgres import Postgres, postgres  # noqa: F401  a fixture

BOUND = 5.0  # seconds: more than the patience of everything that waits for the database


@contextmanager
def at_home(folder: Path, shop: Shop, **changes: str) -> Iterator[Live]:
    shop.answers.set()
    offer = free_port()
    outside = VirtualOutside(offer, speed=SPEED)
    with running(outside, folder, offer, free_port(), **changes) as here:
        here.load(house(folder / "houses", shop.url))
        outside.phone("202", "secours", rings=0.2, talks=20.0)
        yield here


@contextmanager
def write_lock(live: Live) -> Iterator[None]:
    """Another process, such as the user interface, is in the middle of a change."""
    with closing(sqlite3.connect(live.settings.data_dir / "souffleur.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def standing_still(server: Postgres) -> Iterator[None]:
    """PostgreSQL takes what it is sent, and says nothing: all its processes are stopped."""
    first = int((server.data / "postmaster.pid").read_text().split()[0])
    every = [first, *(int(pid) for pid in Path(f"/proc/{first}/task/{first}/children").read_text().split())]
    for pid in every:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in every:
            os.kill(pid, signal.SIGCONT)


def walk(live: Live) -> Callers:
    """Calls of every kind, from their beginning to their end."""
    callers = Callers(live)
    callers.call(30)
    callers.end()
    return callers


def test_calls_walk_while_somebody_holds_the_write_lock(tmp_path: Path, shop: Shop) -> None:
    with at_home(tmp_path, shop) as live:
        with write_lock(live):
            with gevent.Timeout(30):
                held = gevent.spawn(gevent.sleep, BOUND)
                callers = walk(live)
                held.join()
            assert live.records() == []
            assert answer(live.controller, "202") == answer(live.controller, "202")
            assert live.controller.state()["spool"] > 0
            assert live.controller.configuration.reachable  # readers wait for nobody
        everything(live, callers, shop)


def test_calls_walk_while_postgresql_hangs(tmp_path: Path, shop: Shop, postgres: Postgres) -> None:  # noqa: F811
    with at_home(tmp_path, shop, SOUFFLEUR_DATABASE_URL=postgres.database()) as live:
        live.controller.configuration.keep()
        with standing_still(postgres):
            callers = walk(live)
            live.until(lambda: not live.controller.configuration.reachable)
            live.until(lambda: live.controller.state()["spool"] > 0)
            assert answer(live.controller, "202") != answer(live.controller, "999")
        live.until(lambda: live.controller.configuration.reachable, 20)
        everything(live, callers, shop)


@pytest.mark.slow
def test_calls_walk_while_postgresql_is_restarted_again_and_again(
    tmp_path: Path,
    shop: Shop,
    postgres: Postgres,  # noqa: F811
) -> None:
    with at_home(tmp_path, shop, SOUFFLEUR_DATABASE_URL=postgres.database()) as live:
        callers = Callers(live)
        calling = gevent.spawn(callers.call, 50, 0.1)
        for _ in range(4):
            live.until(lambda: len(live.calls()) > 3)
            postgres.stop()
            live.until(lambda: not live.controller.configuration.reachable)
            postgres.start()
            live.until(lambda: live.controller.configuration.reachable)
        calling.join()
        callers.end()
        everything(live, callers, shop)

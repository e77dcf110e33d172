"""What tests of calls share: a subscriber in memory, a database in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine

from conf.database import open_engine, operator
from conf.models import Subscriber
from conf.snapshot import Snapshot
from tests.calls import houses_made, templates
from tests.calls.live import Live, free_port, running
from tests.calls.processes import Processes
from tests.calls.shop import Shop
from tests.outside.virtual import VirtualOutside


@pytest.fixture
def snapshot() -> Callable[..., Snapshot]:
    """Makes a subscriber's configuration; anything may be given anew."""

    def make(**changes: Any) -> Snapshot:
        plain: dict[str, Any] = {
            "subscriber_id": 1,
            "slug": "martin",
            "name": "Boulangerie Martin",
            "language": "fr",
            "time_zone": "Europe/Paris",
            "country": "FR",
            "emergency": ("15", "112"),
            "fallback": "",
            "version": 1,
            "users": ({"login": "claire", "extension": "101", "outbound_number": "+33123456780"},),
            "extensions": {
                "101": {"extension": "101", "user": "claire"},
                "1000": {"extension": "1000", "flow": "reception"},
                "199": {"extension": "199", "external": "+33612345678"},
            },
            "numbers": {"+33123456789": {"number": "+33123456789", "flow": "reception"}},
            "schedules": {},
            "lists": {},
            "prompts": {},
            "flows": {},
        }
        return Snapshot(**(plain | changes))

    return make


@pytest.fixture
def pool() -> Iterator[ThreadPool]:
    """Threads for the database."""
    threads = ThreadPool(2)
    yield threads
    threads.kill()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database with the subscribers 1 (martin) and 2 (duval)."""
    shutil.copy(templates.migrated(), tmp_path / "test.db")
    made = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with operator(made) as session:
        for slug in ("martin", "duval"):
            doc = {
                "slug": slug,
                "name": slug,
                "language": "fr",
                "time_zone": "Europe/Paris",
                "country": "FR",
                "emergency": [],
            }
            session.add(Subscriber(doc=doc))
    yield made
    made.dispose()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A controller with the subscriber martin on the virtual switch; tests/real runs the same tests on FreeSWITCH."""
    offer = free_port()
    with running(VirtualOutside(offer), tmp_path, offer, free_port()) as here:
        yield here


@pytest.fixture
def each() -> int:
    """How many callers are in each phase: 200 calls."""
    return 25


@pytest.fixture
def site(tmp_path: Path, shop: Shop) -> Iterator[Processes]:
    """Two controllers, `a` and `b`, neither started, and a virtual switch that knows both."""
    doors = {"a": (free_port(), free_port()), "b": (free_port(), free_port())}
    offers = [offer for offer, _ in doors.values()]
    outside = VirtualOutside(*offers, speed=1.0, wait=1.0, cdr_dir=str(tmp_path / "cdr"))
    made = Processes(outside, tmp_path, doors)
    made.load(houses_made.make(tmp_path / "houses", shop.url))
    yield made
    outside.close()
    made.stop()

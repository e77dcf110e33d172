"""What tests of calls share: a subscriber in memory, a database in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine

from conf.database import migrate, open_engine, operator
from conf.freeswitch import find_binary
from conf.models import Subscriber
from conf.snapshot import Snapshot
from tests.calls.live import HOUSES, Live, free_port
from tests.outside.real import RealOutside, start_real
from tests.outside.virtual import VirtualOutside
from tests.real.conftest import missing


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
    made = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(made)
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


@pytest.fixture(scope="session", autouse=True)
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One cache of spoken texts for the whole run."""
    os.environ["SOUFFLEUR_TEST_SOUNDS"] = str(tmp_path_factory.mktemp("sounds"))
    yield
    del os.environ["SOUFFLEUR_TEST_SOUNDS"]


@pytest.fixture(scope="session")
def real_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealOutside, int, int]]:
    """A real FreeSWITCH for the run, and the ports where it expects the controller."""
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    offer, directory = free_port(), free_port()
    outside = start_real(binary, tmp_path_factory.mktemp("freeswitch"), offer, directory)
    yield outside, offer, directory
    outside.switch.stop()


@pytest.fixture(params=["virtual", pytest.param("real", marks=pytest.mark.real)])
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Live]:
    """A controller with the subscriber martin, on the virtual switch and on a real one."""
    if request.param == "real":
        outside, offer, directory = request.getfixturevalue("real_outside")
    else:
        offer, directory = free_port(), free_port()
        outside = VirtualOutside(offer)
    here = Live(outside, tmp_path, offer, directory)
    here.load(HOUSES / "operator", HOUSES / "martin")
    here.start()
    yield here
    outside.close()
    here.stop()

"""The scenarios of recovery on a real FreeSWITCH: 32 calls in all phases, kill -9, no call is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.freeswitch import find_binary
from tests.calls import houses_made
from tests.calls.live import free_port
from tests.calls.processes import Processes
from tests.calls.shop import Shop
from tests.calls.test_recovery import *  # noqa: F403
from tests.calls.test_two_controllers import *  # noqa: F403
from tests.outside.real import RealOutside, start_real
from tests.real.conftest import missing

DOORS = tuple[RealOutside, dict[str, tuple[int, int]]]


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DOORS]:
    """A FreeSWITCH that knows two controllers."""
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    doors = {"a": (free_port(), free_port()), "b": (free_port(), free_port())}
    offers, directories = zip(*doors.values(), strict=True)
    real = start_real(binary, tmp_path_factory.mktemp("freeswitch"), offers, directories, give_up=60)
    yield real, doors
    real.switch.stop()


@pytest.fixture
def each() -> int:
    return 4


@pytest.fixture
def site(outside: DOORS, tmp_path: Path, shop: Shop) -> Iterator[Processes]:
    real, doors = outside
    made = Processes(real, tmp_path, doors)
    made.load(houses_made.make(tmp_path / "houses", shop.url))
    yield made
    real.close()
    made.stop()

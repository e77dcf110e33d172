"""Calls that end while no controller lives, on a real FreeSWITCH: the scenarios of tests/calls/test_unattended.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conf.freeswitch import find_binary
from tests.calls.live import HOUSES, free_port
from tests.calls.processes import Processes
from tests.calls.test_unattended import *  # noqa: F403
from tests.outside.real import RealOutside, start_real
from tests.real.conftest import missing


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealOutside, Path, tuple[int, int]]]:
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    doors = free_port(), free_port()
    folder = tmp_path_factory.mktemp("freeswitch")
    real = start_real(binary, folder, *doors)
    yield real, folder, doors
    real.switch.stop()


@pytest.fixture
def house(outside: tuple[RealOutside, Path, tuple[int, int]]) -> Iterator[Processes]:
    real, folder, doors = outside
    for file in (folder / "cdr").glob("*.json"):
        file.unlink()
    here = Processes(real, folder, {"a": doors})
    here.load(HOUSES / "duval")
    yield here
    real.close()
    here.stop()
    for file in folder.glob("souffleur.db*"):
        file.unlink()

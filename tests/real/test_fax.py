"""Faxes between two FreeSWITCHes: ours with the controller, and a far end at the trunk's address; pages pixel by pixel."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from conf.freeswitch import find_binary
from tests.calls.live import Live, free_port, running
from tests.calls.test_fax import attempt, over, queued
from tests.fax.pages import differences, sample
from tests.outside.real import TRUNK, RealOutside, start_real
from tests.real.conftest import missing
from tests.real.far import FarEnd

T38, REFUSES, BUSY, SILENT, VOICE, HOLDS = (f"+336990000{digits:02}" for digits in range(1, 7))
A_FAX = 120.0  # seconds


class Place:
    """Ours and the far end."""

    def __init__(self, live: Live, far: FarEnd, switch: Any) -> None:
        self.live, self.far, self.switch = live, far, switch
        self.out = live.settings.fax_dir / "out"
        self.out.mkdir(mode=0o700, parents=True, exist_ok=True)

    def send(self, number: str, pages: int = 1, density: int = 4, **more: Any) -> tuple[str, Path]:
        key = queued(self.live, number=more.pop("attempt", 1), fax=more.pop("fax", None), to=number)
        file = sample(self.out / f"{key}.tif", pages, density=density)
        wish = {"subscriber": "martin", "attempt": key, "to": number, "from": "+33123456789", "file": str(file)}
        self.live.control.ask("POST", "/v1/faxes", wish | {"ident": "+33123456789", "header": "Martin"} | more)
        return key, file


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    binary = find_binary()
    if not binary:
        missing("no freeswitch program here: install one, or name it in SOUFFLEUR_FREESWITCH")
    offer, directory = free_port(), free_port()
    real: RealOutside = start_real(binary, tmp_path_factory.mktemp("freeswitch"), offer, directory)
    far = FarEnd(binary, tmp_path_factory.mktemp("far"), TRUNK, real._trunk_ports["carrier"])
    try:
        far.start()
        with running(real, tmp_path_factory.mktemp("live"), offer, directory) as live:
            yield Place(live, far, real.switch)
    finally:
        far.stop()
        real.switch.stop()


def test_t38_is_accepted(place: Place) -> None:
    key, file = place.send(T38)
    begun = time.monotonic()
    done = over(place.live, key, A_FAX)
    print("t38", time.monotonic() - begun, done.code, done.t38, done.text, done.pages_confirmed, done.rate)
    assert (done.code, done.t38, done.pages_confirmed, done.remote_id) == (0, True, 1, "+49305550100")
    (came,) = place.far.received(T38)
    assert differences(file, came) == []

"""Faxes between two FreeSWITCHes, ours with the controller and a far end at the trunk's address, pixel by pixel."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from conf.freeswitch import find_binary
from conf.models import FaxAttempt
from tests.calls.live import Live, free_port, running
from tests.calls.test_fax import attempt, over, queued
from tests.fax.pages import differences, sample
from tests.outside.real import TRUNK, RealOutside, start_real
from tests.real.conftest import missing
from tests.real.far import FarEnd

T38, REFUSES, BUSY, SILENT, VOICE, HOLDS = "01", "02", "03", "04", "05", "06"  # how the far end answers
A_FAX = 150.0  # seconds


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


class Sent:
    """A fax on its way: `key` is its attempt, `file` what is sent; each has a number of its own."""

    count = 0

    def __init__(self, place: Place, how: str, pages: int = 1, **more: Any) -> None:
        Sent.count += 1
        self.place, self.number = place, f"+336990{Sent.count:03}{how}"
        self.key, self.file = place.send(self.number, pages, **more)
        self.begun = time.monotonic()

    @property
    def done(self) -> FaxAttempt:
        return over(self.place.live, self.key, A_FAX)

    @property
    def came(self) -> list[Path]:
        return self.place.far.received(self.number)


@pytest.fixture(scope="module")
def sent(place: Place) -> dict[str, Sent]:
    """All of them at once, since each lasts as long as its pages."""
    made = {
        "accepted": Sent(place, T38),
        "refused": Sent(place, REFUSES),
        "audio": Sent(place, T38, rung="B"),
        "slow": Sent(place, T38, rung="D"),
        "busy": Sent(place, BUSY),
        "silent": Sent(place, SILENT, timeout=6),
        "voice": Sent(place, VOICE),
        "holds": Sent(place, HOLDS),
        "dropped": Sent(place, T38, pages=3, density=40),
    }
    dropped = made["dropped"]
    place.live.until(lambda: attempt(place.live, dropped.key).pages_confirmed == 1, A_FAX)
    gevent.sleep(4)  # in the midst of the second page
    place.far.api(f"uuid_kill {place.far.channel_of(dropped.number)}")
    return made


@pytest.mark.parametrize(
    ("which", "t38", "ecm"),
    [("accepted", True, True), ("refused", False, True), ("audio", False, True), ("slow", False, False)],
)
def test_the_pages_arrive_as_they_were_sent(sent: dict[str, Sent], which: str, t38: bool, ecm: bool) -> None:
    one = sent[which]
    done = one.done
    assert (done.code, done.t38, done.ecm, done.pages_confirmed) == (0, t38, ecm, 1)
    assert done.remote_id == "+49305550100"
    (came,) = one.came
    assert differences(one.file, came) == []


@pytest.mark.parametrize(("which", "cause"), [("busy", "USER_BUSY"), ("silent", "NO_ANSWER")])
def test_who_does_not_answer_is_told_by_the_cause(sent: dict[str, Sent], which: str, cause: str) -> None:
    done = sent[which].done
    assert (done.code, done.cause, done.answered, done.pages_confirmed) == (None, cause, False, 0)


def test_a_voice_is_no_fax(sent: dict[str, Sent]) -> None:
    done = sent["voice"].done
    assert (done.code, done.answered, done.pages_confirmed) == (2, True, 0)


def test_a_call_that_is_held_after_its_result_ends(sent: dict[str, Sent], place: Place) -> None:
    one = sent["holds"]
    done = one.done
    assert (done.code, done.t38, done.pages_confirmed) == (0, True, 1)
    place.live.until(lambda: place.switch.api(f"uuid_exists {done.channel}") == "false", 5)
    assert differences(one.file, one.came[0]) == []


def test_what_broke_off_goes_on_where_it_was(sent: dict[str, Sent], place: Place) -> None:
    one = sent["dropped"]
    done = one.done
    assert (done.code in (48, 49), done.pages_confirmed, done.answered) == (True, 1, True)
    assert differences(one.file, one.came[0])[:1] == ["1 pages came of 3"]
    fax = int(one.key.split("-")[0])
    key = queued(place.live, number=2, fax=fax)
    wish = {"subscriber": "martin", "attempt": key, "to": one.number, "from": "+33123456789", "file": str(one.file)}
    place.live.control.ask("POST", "/v1/faxes", wish | {"start_page": done.pages_confirmed})
    again = over(place.live, key, A_FAX)
    assert (again.code, again.pages_confirmed) == (0, 2)
    assert differences(one.file, one.came[1], first=1) == []

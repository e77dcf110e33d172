"""Faxes between two FreeSWITCHes, ours with the controller and a far end at the trunk's address, pixel by pixel."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from conf.freeswitch import find_binary
from conf.models import Fax, FaxAttempt
from tests.calls.live import Live, free_port, running
from tests.calls.test_fax import attempt, opened, over, queued, received
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


# --- what comes in --------------------------------------------------------------------------------------------------

FAX_ONLY, BOTH = "+33123456790", "+33123456791"


@pytest.fixture(scope="module")
def came(place: Place) -> dict[str, tuple[Path, Fax]]:
    """All of them at once: what was sent, and what is kept. One breaks off in its second page."""
    to = f"127.0.0.1:{place.switch.settings.external_port}"
    files = {
        name: sample(place.far.folder / f"{name}.tif", pages, density=density) for name, pages, density in INCOMING
    }
    made = {}
    for number, (name, file) in enumerate(files.items(), 1):
        caller = f"+3361111111{number}"
        called, asks, takes = HOW[name]
        options = {"fax_enable_t38_request": asks, "fax_enable_t38": takes, "origination_caller_id_number": caller}
        made[name] = (file, caller, place.far.sends(file, called, to, **options))
    cut = made["cut"][2]
    place.live.until(lambda: place.far.api(f"uuid_getvar {cut} fax_document_transferred_pages") == "1", A_FAX)
    gevent.sleep(4)
    place.far.api(f"uuid_kill {cut}")
    found: dict[str, Fax] = {}

    def all_came() -> bool:
        found.update({fax.from_number: fax for fax in received(place.live)})
        return len(found) == len(made)

    place.live.until(all_came, A_FAX)
    return {name: (file, found[caller]) for name, (file, caller, _) in made.items()}


INCOMING = (("theirs", 1, 4), ("ours", 1, 4), ("audio", 1, 4), ("heard", 1, 4), ("heard_audio", 1, 4), ("cut", 3, 40))
HOW = {  # the number, whether the far end asks for T.38, and whether it takes it
    "theirs": (FAX_ONLY, "true", "true"),
    "ours": (FAX_ONLY, "false", "true"),
    "audio": (FAX_ONLY, "false", "false"),
    "heard": (BOTH, "false", "true"),
    "heard_audio": (BOTH, "false", "false"),
    "cut": (FAX_ONLY, "false", "false"),
}


@pytest.mark.parametrize(
    ("which", "t38"), [("theirs", True), ("ours", True), ("audio", False), ("heard", True), ("heard_audio", False)]
)
def test_what_comes_in_is_what_was_sent(
    came: dict[str, tuple[Path, Fax]], place: Place, tmp_path: Path, which: str, t38: bool
) -> None:
    """Also by a number for both, where the machine is heard during the greeting and nobody does anything."""
    file, fax = came[which]
    kept = tmp_path / "kept.tif"
    kept.write_bytes(opened(place.live, fax))
    assert (fax.state, fax.pages, fax.t38, fax.remote_id) == ("received", 1, t38, "+33611111111")
    assert differences(file, kept) == []


def test_what_broke_off_is_kept_and_marked(came: dict[str, tuple[Path, Fax]], place: Place, tmp_path: Path) -> None:
    file, fax = came["cut"]
    kept = tmp_path / "kept.tif"
    kept.write_bytes(opened(place.live, fax))
    assert (fax.state, fax.pages_confirmed) == ("partial", 1)
    assert [text for text in differences(file, kept) if text.startswith("page 1")] == []


def test_a_machine_is_heard_within_seconds(came: dict[str, tuple[Path, Fax]], place: Place) -> None:
    offered = {event.call: event.at for event in place.live.events("offered")}
    heard = [(event.at - offered[event.call]).total_seconds() for event in place.live.events("fax_heard")]
    print("moved to fax after", heard)
    assert len(heard) == 2
    assert max(heard) < 10

"""Controllers are killed with kill -9 while faxes are on their way: none is sent twice, none is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.virtual import Caller
from controller.virtual.far_fax import FarFax
from tests.calls.live import free_port
from tests.calls.processes import Processes
from tests.calls.test_fax import FAR, ask, attempt, document, machine, opened, over, queued, received
from tests.fax.pages import sample
from tests.outside.virtual import VirtualOutside

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
SPEED = 15.0
LATER = 40.0  # seconds; a controller starts, and finds what was left after some


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Processes]:
    doors = {"a": (free_port(), free_port()), "b": (free_port(), free_port())}
    offers = [offer for offer, _ in doors.values()]
    outside = VirtualOutside(*offers, speed=SPEED, wait=15.0, cdr_dir=str(tmp_path / "cdr"))
    made = Processes(outside, tmp_path, doors)
    yield made
    outside.close()
    made.stop()


def calls_in(site: Processes, number: str, **manner: Any) -> Any:
    caller = Caller(site.outside.switch.clock, "+33611111111")
    caller.fax = FarFax(**manner)
    return site.outside.switch.call("+33611111111", number, caller=caller)


def test_a_fax_goes_on_without_its_controller(site: Processes) -> None:
    """Killed after the first page of six; another one tells of the pages and the result, and does not send again."""
    site.start("a")
    far = machine(site)
    key = queued(site)
    ask(site, key, document(site, 6), control=site["a"].control)
    site.until(lambda: attempt(site, key).pages_confirmed == 1, LATER)
    site["a"].kill()
    site.start("b")
    done = over(site, key, LATER)
    assert (done.code, done.pages_confirmed, len(far.calls)) == (0, 6, 1)
    assert ask(site, key, document(site, 6), control=site["b"].control) == done.call
    assert site.record(within=LATER).fax["pages"] == 6
    assert len(far.calls) == 1


def test_a_fax_that_ended_while_nobody_lived_is_told_by_freeswitch(site: Processes) -> None:
    site.start("a")
    far = machine(site)
    key = queued(site)
    ask(site, key, document(site, 2), control=site["a"].control)
    site.until(lambda: attempt(site, key).pages_confirmed == 1, LATER)
    site["a"].kill()
    site.until(far.calls[0].ended.is_set, LATER)
    site.start("a")
    done = over(site, key, LATER)
    assert (done.code, done.pages_confirmed, done.answered, len(far.calls)) == (0, 2, True, 1)
    assert site.record(within=LATER).fax["code"] == 0


def test_whoever_answers_after_the_controller_died_gets_the_fax_once(site: Processes) -> None:
    """Killed while it rings: the call is dialled once, by whomever it is asked for again."""
    site.start("a", "b")
    far = site.outside.switch.callee(FAR, fax=FarFax(), answers_after=60.0)
    key = queued(site)
    first = ask(site, key, document(site, 1), control=site["a"].control)
    site.until(lambda: far.calls, LATER)
    assert ask(site, key, document(site, 1), control=site["b"].control) == first
    site["a"].kill()
    assert ask(site, key, document(site, 1), control=site["b"].control) == first
    done = over(site, key, LATER)
    assert (done.call, done.code, done.pages_confirmed, len(far.calls)) == (first, 0, 1, 1)


def test_a_fax_that_comes_in_is_kept_when_nobody_lives_at_its_end(site: Processes, tmp_path: Path) -> None:
    file = sample(tmp_path / "theirs.tif", 2, density=4)
    site.start("a")
    caller = calls_in(site, "+33123456790", file=str(file))
    caller.wait(lambda event: event.headers.get("Event-Subclass") == "spandsp::rxfaxpageresult", LATER)
    site["a"].kill()
    site.until(caller.ended.is_set, LATER)
    assert len(list(site.settings.fax_dir.glob("*.tif"))) == 1
    site.start("a")
    (fax,) = site.until(lambda: received(site), LATER)
    assert (fax.state, fax.pages, fax.from_number, fax.to_number) == ("received", 2, "+33611111111", "+33123456790")
    assert opened(site, fax) == file.read_bytes()
    record = site.record(within=LATER)
    assert (record.fax["direction"], record.fax["pages"]) == ("in", 2)


def test_a_machine_that_calls_while_nobody_lives_is_moved_to_fax(site: Processes, tmp_path: Path) -> None:
    file = sample(tmp_path / "theirs.tif", 1, density=4)
    site.start("a")
    caller = calls_in(site, "+33123456791", file=str(file), calls_after=30.0)
    caller.wait("PLAYBACK_START", LATER)
    site["a"].kill()
    site.start("b")
    (fax,) = site.until(lambda: received(site), LATER)
    assert (fax.state, fax.pages, fax.to_number) == ("received", 1, "+33123456791")

"""A controller dies while its calls listen: the next one plays the prompt again, and nothing is left of the taps."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.esl.errors import CommandRefused
from tests.calls.listening_node import HEARD, make
from tests.calls.live import Live
from tests.calls.processes import Processes
from tests.calls.speech_stand_in import StandIn
from tests.calls.test_bad_days import die
from tests.calls.test_kill_points import POINTS, Death
from tests.calls.test_listening import known_node, speech  # noqa: F401  (fixtures)

NUMBER = "+33987100001"


def stopped(live: Live, uuid: str, file: Path) -> bool:
    """Whether a recording ran, which is ended now."""
    try:
        return live.outside.api(f"uuid_record {uuid} stop {file}").startswith("+OK")
    except CommandRefused:
        return False


@pytest.mark.parametrize("point", list(POINTS))
def test_it_dies_at_a_point(
    live: Live,
    speech: StandIn,  # noqa: F811
    tmp_path: Path,
    point: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live.load(make(tmp_path / "houses", {NUMBER: {}}))
    death = Death(live, "hear", *POINTS[point], monkeypatch)
    caller = live.outside.from_trunk(NUMBER)
    if point == "after its result":
        speech.next().final("an operator please")
    assert death.struck.wait(20)
    live.start()
    stream = speech.next(20)
    assert caller.hears_something(anew=True)
    stream.partial("an operator")
    assert caller.hears_nothing()
    stream.final("an operator please")
    assert caller.has_ended(20)
    record = live.record(within=20)
    assert (live.path(record), record.problem) == (["hear", "speech"], "")
    assert HEARD[-1].text == "an operator please"
    assert list(live.settings.tap_dir.iterdir()) == []


def test_it_dies_while_it_listens(live: Live, speech: StandIn, tmp_path: Path) -> None:  # noqa: F811
    """Its tap still grows when the next one takes the call."""
    live.load(make(tmp_path / "houses", {NUMBER: {}}))
    caller = live.outside.from_trunk(NUMBER)
    before = speech.next()
    assert caller.hears_something()
    assert live.controller
    die(live.controller)
    live.start()
    stream = speech.next(20)
    assert list(live.settings.tap_dir.iterdir()) == [stream.file] != [before.file]
    [state] = live.calls()
    assert not stopped(live, state["uuid"], before.file)  # it would grow without a name until the call ends
    assert stopped(live, state["uuid"], stream.file)
    stream.final("hello")
    assert caller.has_ended(20)
    assert live.path(live.record(within=20)) == ["hear", "speech"]
    assert list(live.settings.tap_dir.iterdir()) == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_controllers_lose_no_call_that_listens(
    site: Processes, tmp_path: Path, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9; half of the callers speak to the next one, half of them press a key."""
    for process in site.named.values():
        monkeypatch.setattr(process, "program", "tests.calls.controller_that_listens")
    site.load(make(tmp_path / "listening", {NUMBER: {"silence": 60.0}}))
    stand_in = StandIn(site.settings.speech_socket).open()
    try:
        site.start("a")
        numbers = [f"+3361{number:08d}" for number in range(each)]
        callers = [site.outside.from_trunk(NUMBER, caller=number) for number in numbers]
        for _ in callers:
            stand_in.next(30)
        site["a"].kill()
        site.start("a")
        streams = [stand_in.next(60) for _ in callers]
        uuids = {call["uuid"]: call["from"] for call in site.calls()}
        speaks = {number: index % 2 == 0 for index, number in enumerate(numbers)}
        for stream in streams:
            if speaks[next(number for uuid, number in uuids.items() if stream.file.name.startswith(uuid))]:
                stream.final("an operator please")
        for number, caller in zip(numbers, callers, strict=True):
            if not speaks[number]:
                caller.presses("2")
        for caller in callers:
            assert caller.has_ended(60)
        site.until(lambda: len(site.records()) == each, 30)
        ways = {record.caller: site.path(record) for record in site.records()}
        assert ways == {number: ["hear", "speech" if speaks[number] else "keys"] for number in numbers}
        assert {record.problem for record in site.records()} == {""}
        assert list(site.settings.tap_dir.iterdir()) == []
    finally:
        stand_in.close()

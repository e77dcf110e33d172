"""Calls that end while no controller lives: each has one whole record when one lives again.

Controllers are processes of their own here, and killed. tests/real runs the same on a real FreeSWITCH.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from conf.models import CallRecord
from controller.calls.cdr import of_a_call, record_of
from controller.calls.configuration import Configuration
from controller.calls.spool import Fact
from controller.calls.threads import Threads
from controller.esl.cdr import read_cdr
from tests.calls.live import HOUSES, free_port
from tests.calls.processes import Processes
from tests.outside.virtual import VirtualOutside

RINGS: dict[str, dict[str, Any]] = {"virtual": {"answers_after": 2.5}, "real": {"no_answer": True}}
IMPORTED_WITHIN = 25.0  # seconds: a file settles for five, and a controller starts


@pytest.fixture
def speed() -> float:
    """Of the virtual switch's clock. A controller has the wall's, and a talk is told by both."""
    return 1.0


@pytest.fixture
def house(tmp_path: Path, speed: float) -> Iterator[Processes]:
    doors = free_port(), free_port()
    cdr = tmp_path / "cdr"
    cdr.mkdir()
    here = Processes(VirtualOutside(doors[0], speed=speed, cdr_dir=str(cdr)), tmp_path, {"a": doors})
    here.load(HOUSES / "duval")
    yield here
    here.outside.close()
    here.stop()


def files(house: Processes) -> list[Path]:
    return list((house.settings.data_dir / "cdr").glob("*.cdr.json"))


def records(house: Processes, number: int) -> dict[str, CallRecord]:
    """By the caller's number, once so many calls are on record and no file waits."""
    house.until(lambda: len(house.records()) == number and not files(house), IMPORTED_WITHIN)
    return {record.caller: record for record in sorted(house.records(), key=lambda record: record.disposition)}


def test_a_call_that_ends_while_no_controller_lives_has_one_whole_record(house: Processes) -> None:
    house.start("a")
    phone = house.outside.phone("101")
    talking = house.outside.from_trunk("+33123456789", "+33611111101")
    ringing = house.outside.from_trunk("+33123456789", "+33611111102")
    waiting = house.outside.from_trunk("+33123456789", "+33611111103", name='Zoé "x" ${system(id)}')
    for caller in (talking, ringing, waiting):
        assert caller.hears_something()
    talking.presses("1")
    house.until(lambda: any(call["talking_to"] == "101" for call in house.calls()))
    house["a"].kill()
    for caller in (talking, ringing, waiting):
        caller.hangs_up()
    house.until(lambda: len(files(house)) == 3)
    assert phone.rung == 1
    house.start("a")

    found = records(house, 3)
    assert {record.source for record in found.values()} == {"switch"}
    assert {record.subscriber_id for record in found.values()} == {1}
    assert {record.number for record in found.values()} == {"+33123456789"}
    talked = found["+33611111101"]
    assert (talked.disposition, talked.hung_up_by, talked.cause) == ("answered", "caller", "NORMAL_CLEARING")
    assert 0 < talked.talk < talked.billed
    assert [(step["node"], step["exit"]) for step in talked.path] == [("choose", "1"), ("ring", "")]
    assert (talked.flow, talked.flow_version, talked.trunk, talked.controller) == ("reception", 1, "carrier", "a")
    left = found["+33611111103"]
    assert (left.disposition, left.hung_up_by, house.path(left)) == ("abandoned", "caller", ["choose"])
    assert "{system(id)}" in left.caller_name
    assert left.billed == pytest.approx((left.ended_at - left.answered_at).total_seconds(), abs=0.001)


@pytest.mark.slow
@pytest.mark.parametrize("speed", [6.0])  # the dialplan waits for a minute
def test_a_call_that_no_controller_takes_is_on_record(house: Processes, speed: float) -> None:
    house.start("a")  # it has read who has which number
    house["a"].kill()
    caller = house.outside.from_trunk("+33123456789", "+33611111104")
    assert caller.has_ended(40)
    house.until(lambda: files(house))
    house.start("a")
    record = records(house, 1)["+33611111104"]
    assert (record.disposition, record.hung_up_by, record.sip_code) == ("failed", "switch", None)
    assert (record.cause, record.problem) == ("NORMAL_TEMPORARY_FAILURE", "no controller took the call")
    assert (record.subscriber_id, record.trunk, record.answered_at) == (1, "carrier", None)


def test_whoever_answers_while_no_controller_lives_is_on_record(house: Processes) -> None:
    house.start("a")
    house.outside.phone("102", no_answer=True)
    later = house.outside.phone("101", **RINGS[house.outside.kind])
    caller = house.outside.from_trunk("+33123456789", "+33611111105")
    assert caller.hears_something()
    caller.presses("1")
    house.until(lambda: later.rung)
    house["a"].kill()
    if house.outside.kind == "real":
        later.calls[0].answer()  # type: ignore[attr-defined]
    house.until(lambda: house.outside.api("show channels as json").count("ACTIVE") > 1)
    gevent.sleep(1.0)  # the talk
    caller.hangs_up()
    house.until(lambda: files(house))
    house.start("a")
    record = records(house, 1)["+33611111105"]
    assert (record.disposition, record.hung_up_by) == ("answered", "caller")
    assert 0.5 < record.talk < 5


def test_what_a_controller_wrote_stays_and_freeswitch_tells_the_same(house: Processes) -> None:
    """Also a trial call: two channels, one call; and a phone's call to another."""
    house.start("a")
    house.outside.phone("102", talks=0.5)
    inside = house.outside.from_phone("101", "102")
    outside = house.outside.from_trunk("+33123456789", "+33611111106", name='Zoé "x" ${system(id)}')
    early = house.outside.from_trunk("+33123456789", "+33611111108")
    assert outside.hears_something()
    assert early.hears_something()
    outside.presses("2#")
    early.hangs_up()
    house["a"].control.place({"from": "+33611111107", "to": "+33123456789", "press": ["2#"]})
    for caller in (inside, outside, early):
        assert caller.has_ended(20)
    house.until(lambda: len(files(house)) == 5)
    told = accounts(house)
    found = records(house, 4)
    assert {record.source for record in found.values()} == {"controller"}
    assert [record.disposition for record in found.values()] == ["abandoned", "answered", "served", "served"]
    for record in found.values():
        account = told.pop(record.call)
        for name in ("caller", "caller_name", "called", "number", "direction", "path", "flow", "trunk", "disposition"):
            assert account[name] == getattr(record, name), name
        for name in ("cause", "q850", "sip_code", "hung_up_by", "codec", "controller", "problem"):
            assert account[name] == getattr(record, name), name
        assert account["subscriber"] == record.subscriber_id
        for name in ("started_at", "answered_at", "ended_at"):
            assert account[name] == pytest.approx(getattr(record, name).timestamp(), abs=0.001), name
        assert account["talk"] == pytest.approx(record.talk, abs=0.1)
    assert told == {}


def accounts(house: Processes) -> dict[str, Fact]:
    """The records that would be made of FreeSWITCH's accounts that are there now, by call."""
    known = Configuration(house.engine, Threads(1), house.settings.prompts_dir)
    assert known.refresh()
    headers = [read_cdr(file.read_bytes()) for file in files(house)]
    facts = [record_of(one, known, 0.0) for one in headers if of_a_call(one)]
    return {fact["call"]: fact for fact in facts}

"""Calls that end while no controller lives, on a real FreeSWITCH: each has one whole record when one lives again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from conf.freeswitch import find_binary
from conf.models import CallRecord
from controller.calls.cdr import of_a_call, record_of
from controller.calls.configuration import Configuration
from controller.calls.spool import Fact
from controller.calls.threads import Threads
from controller.esl.cdr import read_cdr
from tests.calls.live import HOUSES, free_port
from tests.calls.processes import Processes
from tests.outside.real import RealOutside, start_real
from tests.real.conftest import missing

IMPORTED_WITHIN = 25.0  # seconds: a file settles for five, and a controller starts


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
    waiting = house.outside.from_trunk("+33123456789", "+33611111103", name='Zoé "%22" ${system(id)} 100%41')
    for caller in (talking, ringing, waiting):
        assert caller.hears_something()
    talking.presses("1")
    house.until(lambda: any(call["talking_to"] == "101" for call in house.calls()))
    house["a"].kill()
    for caller in (talking, ringing, waiting):
        caller.hangs_up()
    nobody = house.outside.from_trunk("+33123456789", "+33611111104")
    assert nobody.has_ended(20)
    house.until(lambda: len(files(house)) == 4)
    assert phone.rung == 1
    house.start("a")

    found = records(house, 4)
    assert {record.source for record in found.values()} == {"switch"}
    assert {record.subscriber_id for record in found.values()} == {1}
    assert {record.number for record in found.values()} == {"+33123456789"}
    talked = found["+33611111101"]
    assert (talked.disposition, talked.hung_up_by, talked.cause) == ("answered", "caller", "NORMAL_CLEARING")
    assert talked.talk == pytest.approx((talked.ended_at - talked.started_at).total_seconds(), abs=4)
    assert talked.talk > 0
    assert [(step["node"], step["exit"]) for step in talked.path] == [("choose", "1"), ("ring", "")]
    assert (talked.flow, talked.flow_version, talked.trunk, talked.controller) == ("reception", 1, "carrier", "a")
    left = found["+33611111103"]
    assert (left.disposition, left.hung_up_by, house.path(left)) == ("abandoned", "caller", ["choose"])
    assert "%{system(id)}" in left.caller_name
    assert left.billed == pytest.approx((left.ended_at - left.answered_at).total_seconds(), abs=0.001)
    refused = found["+33611111104"]
    assert (refused.disposition, refused.hung_up_by, refused.sip_code) == ("failed", "switch", None)
    assert (refused.cause, refused.problem) == ("NORMAL_TEMPORARY_FAILURE", "no controller took the call")
    assert refused.answered_at is None


def test_whoever_answers_while_no_controller_lives_is_on_record(house: Processes) -> None:
    house.start("a")
    house.outside.phone("102", no_answer=True)
    later = house.outside.phone("101", no_answer=True)
    caller = house.outside.from_trunk("+33123456789", "+33611111105")
    assert caller.hears_something()
    caller.presses("1")
    house.until(lambda: later.rung)
    house["a"].kill()
    later.calls[0].answer()
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
    outside = house.outside.from_trunk("+33123456789", "+33611111106", name='"%22" 100%41 ${system(id)}')
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

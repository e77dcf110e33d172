"""Two controllers on one FreeSWITCH: one is killed, hangs, is replaced; the other goes on with its calls."""

from __future__ import annotations

import signal

import pytest

from controller.terminal import ControlClient
from tests.calls.guests import Guest, arrive, check, of, settle
from tests.calls.houses_made import NUMBERS
from tests.calls.processes import Processes
from tests.calls.shop import Shop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def both(site: Processes) -> Processes:
    """Both run, each knows that the other lives, and phones answer."""
    site.start("a", "b")
    site.outside.phone("201", "secours", rings=14.0, talks=2.0)
    site.outside.phone("202", "secours", talks=20.0)
    return site


@pytest.fixture
def few(each: int) -> int:
    return min(each, 6)


def of_controller(site: Processes, name: str, guests: list[Guest]) -> list[Guest]:
    mine = {call["from"] for call in site[name].calls()}
    return [guest for guest in guests if guest.caller in mine]


def has_all(site: Processes, name: str, guests: list[Guest]) -> bool:
    return len(of_controller(site, name, guests)) == len(guests)


def finish(site: Processes, guests: list[Guest]) -> None:
    """Everybody does what is left to do: press keys, or hang up."""
    for guest in of(guests, "collect"):
        guest.person.presses("1234")
    for guest in of(guests, "menu"):
        guest.person.presses("2")
    for guest in of(guests, "music"):
        guest.person.hangs_up()


def adopted(site: Processes) -> set[str]:
    return {event.call for kind in ("adopted", "attended") for event in site.events(kind)}


def test_the_survivor_adopts_the_dead_ones_calls_and_leaves_its_own(both: Processes, shop: Shop, few: int) -> None:
    guests = arrive(both.outside, 2 * few)
    settle(both, guests)
    both.until(lambda: len(shop.keys) == 4 * few)
    mine, theirs = of_controller(both, "a", guests), of_controller(both, "b", guests)
    assert min(len(mine), len(theirs)) >= few
    for guest in of(guests, "collect"):
        assert guest.person.hears_something()
    both["a"].kill()
    shop.answers.set()
    for guest in of(mine, "collect"):
        guest.person.presses("1234")
    both.until(lambda: has_all(both, "b", of(mine, "bridged")), 30)
    both.until(lambda: all(guest.is_there(both["b"].calls()) for guest in of(mine, "music")), 30)
    finish(both, [guest for guest in guests if guest not in of(mine, "collect")])
    # b's own http guests were never in doubt: their request is answered.
    for guest in of(theirs, "http"):
        guest.expects = "safe http"
    records = check(both, guests, shop)
    assert {record.controller for record in records.values()} == {"b"}
    untouched = {records[guest.caller].call for guest in theirs}
    assert not untouched & adopted(both)


def test_one_that_hangs_is_replaced_and_says_nothing_more(both: Processes, shop: Shop, few: int) -> None:
    """SIGSTOP: its connections stay open, and FreeSWITCH notices nothing."""
    phases = [phase for phase in NUMBERS if "http" not in phase]
    guests = arrive(both.outside, few, phases)
    settle(both, guests)
    mine = of_controller(both, "a", guests)
    both["a"].signal(signal.SIGSTOP)
    late = arrive(both.outside, few, ["menu"], first=500)
    both.until(lambda: has_all(both, "b", [guest for guest in mine if guest.phase != "say"]), 40)
    both.until(lambda: has_all(both, "b", late), 40)
    spoken = both["a"].log.stat().st_size
    both["a"].signal(signal.SIGCONT)
    both.until(lambda: both["a"].calls() == [], 20)
    finish(both, guests + late)
    records = check(both, guests + late, shop)
    assert {records[guest.caller].controller for guest in mine if guest.phase != "say"} == {"b"}
    assert both["a"].runs
    assert "was taken by another controller" in both["a"].log.read_text()[spoken:]


def test_an_adopted_talk_is_shown_and_can_be_transferred_or_ended(both: Processes, shop: Shop) -> None:
    guests = arrive(both.outside, 16, ["bridged"])
    settle(both, guests)
    mine = of_controller(both, "a", guests)
    assert len(mine) >= 2
    both["a"].kill()
    control: ControlClient = both["b"].control
    both.until(lambda: has_all(both, "b", mine), 30)
    states = [guest.state(both["b"].calls()) for guest in mine]
    assert {(state["talking_to"], state["subscriber"]) for state in states} == {("202", "secours")}
    moved, ended = mine[0], mine[1]
    control.ask("POST", f"/v1/calls/{states[0]['call']}/transfer", {"to": "3000"})
    control.ask("POST", f"/v1/calls/{states[1]['call']}/hang_up", {})
    both.until(lambda: moved.state(both["b"].calls()).get("node") == "choose", 20)
    moved.person.presses("2")
    assert moved.person.has_ended(20)
    assert ended.person.has_ended(20)
    record = both.until(lambda: next((one for one in both.records() if one.caller == moved.caller), None), 30)
    assert [step["node"] for step in record.path] == ["ring", "choose", "two", "end"]
    assert record.disposition == "answered"
    assert record.talk > 1


def test_a_call_that_moved_goes_on_when_its_first_controller_dies(both: Processes, shop: Shop) -> None:
    """After a REFER or a transfer the old socket stays open; that it closes must not disturb the new owner."""
    guests = arrive(both.outside, 6, ["collect"])
    settle(both, guests)
    mine = of_controller(both, "a", guests)
    assert mine
    for guest in mine:
        assert guest.person.hears_something()
        uuid = guest.state(both["a"].calls())["uuid"]
        both.outside.api(f"uuid_transfer {uuid} souffleur_at_{both.address('b')} XML souffleur")
    both.until(lambda: has_all(both, "b", mine), 20)
    for guest in mine:
        assert guest.person.hears_something(anew=True)
    both["a"].kill()
    finish(both, guests)
    check(both, guests, shop)


def test_a_rolling_upgrade(both: Processes, shop: Shop, few: int) -> None:
    """a is drained and started anew, then b: calls are handed over between two commands, nobody is dropped."""
    phases = ["say", "menu", "collect", "ringing"]
    guests = arrive(both.outside, few, phases) + arrive(both.outside, 2, ["bridged", "music"], first=900)
    settle(both, guests)
    for place, name in enumerate(("a", "b")):
        both[name].signal(signal.SIGTERM)
        both.until(lambda name=name: not accepts(both, name), 20)
        late = arrive(both.outside, 2, ["say", "menu"], first=100 * place + 100)
        settle(both, of(late, "menu"))
        finish(both, of(late if place else guests, "menu", "collect", "music"))
        guests += late
        assert both[name].wait(60) == 0
        both.start(name)
    finish(both, of(guests, "menu")[few : few + 2])
    check(both, guests, shop)
    assert "Traceback" not in both.logs()


def test_two_processes_of_one_name_do_not_fight(site: Processes) -> None:
    site.start("a")
    double = site["b"]
    double.environ["SOUFFLEUR_CONTROLLER_ID"] = "a"
    double.begin()
    assert double.wait(30) == 1
    assert "a runs already" in double.log.read_text()
    site["a"].signal(signal.SIGTERM)
    assert site["a"].wait(40) == 0
    double.start()
    assert double.control.status()["controller"] == "a"


def accepts(site: Processes, name: str) -> bool:
    """Whether a controller takes calls."""
    try:
        return not site[name].control.status()["draining"]
    except OSError:
        return False

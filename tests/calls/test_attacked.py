"""What an attack on the recovery of calls found: each of these once lost, doubled, stole or told something wrong."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gevent
import orjson
import pytest
import yaml
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from controller.calls import channels, standing
from controller.calls.checkpoint import LIMIT, Checkpoint, read
from controller.calls.fleet import Fleet
from controller.calls.ownership import Owner
from controller.calls.standing import Fellows, Standing
from controller.calls.sweep import Sweep
from controller.calls.switchboard import Switchboard
from controller.calls.tally import LAST_DIALLED, Tally
from controller.calls.ways import Ways
from controller.esl.inbound import Inbound
from controller.flow.commands import Dialled
from controller.flow.nodes.http import Http
from tests.calls import houses_made
from tests.calls.live import HOUSES, Live
from tests.calls.shop import Shop
from tests.calls.test_bad_days import die
from tests.calls.test_sweep import ME, OTHER, Fellowship

# --- the checkpoint -------------------------------------------------------------------------------------------------


def test_a_call_that_rings_somebody_for_hours_still_leaves_its_checkpoint() -> None:
    rung = [Dialled("answered", "101", "SUCCESS", 3.0, 60.5)]
    rung += [Dialled("no_answer", "", "NO_ANSWER", 25.012, 0.0) for _ in range(500)]
    text = Checkpoint("a", 3, 1, "inbound", "+33123456789", 0, {}, Tally(dialled=rung)).dump()
    assert text
    found = read(text)
    assert found
    assert len(found.tally.dialled) == LAST_DIALLED + 1
    assert found.tally.dialled[0] == Dialled("answered", "", "", pytest.approx(3 + 480 * 25.012), 60.5)


def test_four_kilobytes_are_bytes() -> None:
    text = Checkpoint("a", 3, 1, "inbound", "", 0, {"variables": {"x": "電" * (LIMIT // 2)}}).dump()
    assert text is None or len(text.encode()) <= LIMIT


def test_a_call_of_the_former_version_goes_on_where_it_is() -> None:
    """It wrote no tally: what is known of the record begins with who takes the call over."""
    walk = {"v": 1, "stack": [["reception", 1, "choose", "menu", 1]], "variables": {}, "command": 3}
    found = read(orjson.dumps([1, "a", 2, 7, "inbound", "+33123456789", 4, walk]).decode())
    assert found == Checkpoint("a", 2, 7, "inbound", "+33123456789", 4, walk, Tally())


# --- the sweep ------------------------------------------------------------------------------------------------------


def test_a_list_of_two_thousand_talks_does_not_hold_the_hub() -> None:
    """It took two seconds, in every round of every controller."""
    row = {"context": "souffleur", "application": "bridge", "created_epoch": "5"}
    rows = [row | {"uuid": f"u{leg}", "call_uuid": f"u{leg - leg % 2}"} for leg in range(4000)]
    begun = time.monotonic()
    found = channels.read({"rows": rows})
    assert time.monotonic() - begun < 0.5
    assert len(found) == 2000
    assert {len(row.legs) for row in found} == {1}


SECOURS = "+33987000005"


@pytest.fixture
def recovery(live: Live, tmp_path: Path) -> Live:
    """A controller with the numbers of recovery; phone 202 answers and talks."""
    live.load(houses_made.make(tmp_path / "houses", "http://127.0.0.1:9/"))
    live.outside.phone("202", "secours", talks=900.0)
    return live


def attended(live: Live) -> str:
    """A call that talks, whose controller has died; the next one follows it from outside. Its name is returned."""
    live.outside.from_trunk(SECOURS)
    live.until(lambda: any(call["talking_to"] for call in live.calls()))
    die(live.controller)
    live.start()
    live.until(lambda: live.events("attended"), 20)
    (state,) = live.calls()
    return str(state["call"])


def test_a_talk_that_is_transferred_from_outside_is_fetched_once(recovery: Live, spied: list[str]) -> None:
    """The transfer ends the talk, and a talk's end fetches the call: done twice, the second undid the first."""
    call = attended(recovery)
    assert recovery.controller
    recovery.controller.switchboard.find(call, "secours").redirect("3000")
    recovery.reaches("choose")
    assert len([command for command in spied if "souffleur_at_" in command]) == 1


def test_a_talk_that_another_attends_meanwhile_is_left_to_him(recovery: Live, spied: list[str]) -> None:
    """This process was stopped for a while; then it goes on."""
    call = attended(recovery)
    assert recovery.controller
    controller = recovery.controller
    uuid = controller.switchboard.find(call, None).offer.uuid
    recovery.outside.api(f"uuid_setvar {uuid} souffleur_owner z:00000001:77")
    gevent.spawn(controller.switchboard.parted, uuid).join()
    assert not [command for command in spied if "souffleur_at_" in command]


def test_after_standing_still_it_lets_go_of_what_others_attend(recovery: Live) -> None:
    call = attended(recovery)
    assert recovery.controller
    switchboard = recovery.controller.switchboard
    uuid = switchboard.find(call, None).offer.uuid
    switchboard.be_sure()
    assert len(switchboard) == 1
    # A live one has it, so that no sweep takes it back.
    recovery.controller.fleet.start("z", "http://127.0.0.1:9", freeswitch(recovery), 60.0, {"instance": "00000001"})
    recovery.outside.api(f"uuid_setvar {uuid} souffleur_owner z:00000001:77")
    switchboard.be_sure()
    recovery.until(lambda: len(switchboard) == 0)


def freeswitch(live: Live) -> str:
    return f"{live.settings.esl_host}:{live.settings.esl_port}"


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The api commands that controllers' own connections send."""
    sent: list[str] = []
    original = Inbound.api

    def api(self: Inbound, command: str, *arguments: Any, **options: Any) -> str:
        sent.append(command)
        return original(self, command, *arguments, **options)

    monkeypatch.setattr(Inbound, "api", api)
    return sent


class Wire:
    """A FreeSWITCH with one call, of `owner`; `sent` is what it was told."""

    def __init__(self, owner: str, application: str = "playback") -> None:
        self.owner = owner
        self.row = {"uuid": UUID, "context": "souffleur", "application": application, "call_uuid": UUID}
        self.sent: list[str] = []

    def bgapi(self, command: str) -> str:
        return orjson.dumps({"rows": [self.row]}).decode()

    def api(self, command: str) -> str:
        if command.startswith("uuid_getvar"):
            return self.owner
        self.sent.append(command)
        if told := re.search(r"souffleur_owner[ =]([^ ;]+)", command):
            self.owner = told[1]
        return "+OK"


UUID = "0c0b5e2a-0000-4000-8000-000000000001"
US, THEM = Owner("b", "00000001"), Owner("c", "00000002")


class Company:
    """Fellows of whom all live but `gone`."""

    troubled = False

    def __init__(self) -> None:
        self.gone: set[str] = set()

    def look(self) -> None:
        pass

    def is_first(self) -> bool:
        return True

    def standing(self, owner: Owner) -> Standing:
        return Standing.GONE if owner.controller in self.gone else Standing.ALIVE


def test_a_call_that_another_took_while_we_stood_still_is_not_taken_back() -> None:
    """We had fetched it, and were stopped before it came: c has fetched it from us meanwhile."""
    wire, company, now = Wire("a:00000009:3"), Company(), [0.0]
    company.gone = {"a"}
    switchboard = Switchboard(None)  # type: ignore[arg-type]
    sweep = Sweep(US, company, switchboard, lambda: wire, clock=lambda: now[0])  # type: ignore[arg-type, return-value]
    sweep.offers = "127.0.0.1:8084"
    sweep.once()
    now[0] += 3
    sweep.once()
    assert wire.owner == "b:00000001:4"
    wire.owner, wire.sent = "c:00000002:6", []
    now[0] += 30
    sweep.once()
    now[0] += 30
    sweep.once()
    assert wire.sent == []


# --- leases ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def fellowship(engine: Engine, pool: ThreadPool) -> Fellowship:
    return Fellowship(engine, pool)


class Machines:
    """Two machines with a clock each over one database; `b` looks at `a`."""

    def __init__(self, engine: Engine, pool: ThreadPool, ahead: float) -> None:
        self.now = datetime.now(UTC)
        self.a = Fleet(engine, pool, lambda: self.now + timedelta(seconds=ahead))
        self.b = Fleet(engine, pool, lambda: self.now)
        self.epoch = self.a.start("a", "http://a", "fs1", 6.0, {})

    def renews(self, seconds: float = 2.0) -> None:
        self.now += timedelta(seconds=seconds)
        self.a.renew("a", self.epoch, 6.0, {})

    def lives(self) -> bool:
        (a,) = self.b.peers()
        return a.alive


@pytest.mark.parametrize("ahead", [0.0, 5.0, -5.0, 3600.0, -3600.0])
def test_clocks_that_differ_neither_kill_the_living_nor_keep_the_dead(
    engine: Engine, pool: ThreadPool, ahead: float
) -> None:
    machines = Machines(engine, pool, ahead)
    machines.lives()
    for _ in range(5):
        machines.renews()
        assert machines.lives()
    machines.now += timedelta(seconds=3)
    assert machines.lives()
    machines.now += timedelta(seconds=8.5)
    assert not machines.lives()
    machines.renews()
    assert machines.lives()
    machines.a.leave("a", machines.epoch)
    assert not machines.lives()


def test_a_controller_that_does_not_reach_freeswitch_is_not_the_one_who_sweeps(fellowship: Fellowship) -> None:
    """Its password is wrong, say: it lives, and takes calls; but if it were the first nobody would sweep."""
    fellowship.fleet.start("a", "http://a", "fs1", 6.0, {"instance": "00000002", "freeswitch": False})
    fellowship.fellows.look()
    assert fellowship.fellows.is_first()
    assert fellowship.fellows.standing(OTHER) is Standing.ALIVE


def test_two_freeswitches_of_one_address_have_each_a_controller_who_sweeps(engine: Engine, pool: ThreadPool) -> None:
    """Each machine calls its own 127.0.0.1."""
    fleet = Fleet(engine, pool)
    fleet.start("a", "http://a", "127.0.0.1:8021", 6.0, {"instance": "00000002", "switch": {"core": "one"}})
    here = Fellows(ME, "127.0.0.1:8021", fleet, lambda _: None, lambda: "two")
    here.look()
    assert here.is_first()
    assert not here.any_other()
    assert here.standing(OTHER) is Standing.ALIVE
    beside = Fellows(ME, "127.0.0.1:8021", fleet, lambda _: None, lambda: "one")
    beside.look()
    assert not beside.is_first()
    assert beside.any_other()


def test_one_freeswitch_of_two_addresses_has_one_controller_who_sweeps(engine: Engine, pool: ThreadPool) -> None:
    """It is 127.0.0.1 for the controller beside it; each took the other for dead, and its calls, again and again."""
    fleet = Fleet(engine, pool)
    fleet.start("a", "http://a", "127.0.0.1:8021", 6.0, {"instance": "00000002", "switch": {"core": "one"}})
    here = Fellows(ME, "192.0.2.1:8021", fleet, lambda _: None, lambda: "one")
    here.look()
    assert here.standing(OTHER) is Standing.ALIVE
    assert not here.is_first()
    assert here.any_other()


def test_without_a_database_one_that_is_busy_for_a_moment_keeps_its_calls(
    fellowship: Fellowship, monkeypatch: pytest.MonkeyPatch
) -> None:
    fellowship.join("a", "00000002")
    fellowship.fellows.look()
    now = [100.0]
    fellowship.fellows._clock = lambda: now[0]
    monkeypatch.setattr(fellowship.fleet, "peers", away)
    told = []
    for answer in ("", "00000002", "", "", "", "", ""):
        fellowship.answers["http://a"] = answer
        fellowship.fellows.look()
        told.append(fellowship.fellows.standing(OTHER))
        now[0] += 1.0
    busy, alive = Standing.UNKNOWN, Standing.ALIVE
    assert told == [busy, alive, busy, busy, busy, busy, Standing.STUCK]


def test_without_a_database_an_address_that_leads_to_ourselves_says_nothing_of_the_other(
    fellowship: Fellowship, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On two machines both are told to listen on 127.0.0.1: each took the other's calls, again and again."""
    fellowship.join("a", "00000002")
    fellowship.fellows.look()
    monkeypatch.setattr(fellowship.fleet, "peers", away)
    fellowship.answers["http://a"] = ME.instance
    fellowship.fellows.look()
    assert fellowship.fellows.standing(OTHER) is Standing.UNKNOWN


def away() -> Any:
    raise OperationalError("select", {}, Exception("away"))


def test_a_database_that_hangs_does_not_hold_up_the_sweep(
    fellowship: Fellowship, monkeypatch: pytest.MonkeyPatch
) -> None:
    fellowship.join("a", "00000002")
    fellowship.fellows.look()
    fellowship.answers["http://a"] = "00000002"
    monkeypatch.setattr(fellowship.fleet, "peers", lambda: gevent.sleep(30))
    monkeypatch.setattr(standing, "ANSWERS", 0.05)
    with gevent.Timeout(5, AssertionError("it waits for the database")):
        fellowship.fellows.look()
    assert fellowship.fellows.standing(OTHER) is Standing.ALIVE
    assert fellowship.asked == ["http://a"]


# --- requests -------------------------------------------------------------------------------------------------------

PAY = "+33987000020"


def payment(folder: Path, url: str, **changes: Any) -> Path:
    """Asks for a PIN and sends it to a shop, which must not hear of it twice."""
    house = houses_made.make(folder, url)
    enter = {"kind": "collect", "prompt": {"text": {"fr": "Votre code."}}, "save": "pin", "secret": True}
    enter |= {"min_digits": 4, "max_digits": 4, "first_digit_timeout": 60.0, "exits": {"ok": "pay", "no_input": "end"}}
    pay = {"kind": "http", "url": url, "method": "POST", "body": '{"pin": "{{pin}}"}', "timeout": 20.0} | changes
    pay |= {"exits": {"ok": "end", "failed": "end", "unknown": "unsure"}}
    unsure = {"kind": "say", "text": {"fr": "Nous vérifions."}, "exits": {"next": "end"}}
    nodes = {"enter": enter | {"exits": enter["exits"] | {"invalid": "end"}}, "pay": pay, "unsure": unsure}
    flow = {"name": "pay", "start": "enter", "nodes": nodes | {"end": {"kind": "hang_up"}}}
    (house / "flows" / "pay.yaml").write_text(yaml.safe_dump(flow), "utf-8")
    with (house / "numbers.yaml").open("a") as numbers:
        yaml.safe_dump([{"number": PAY, "flow": "pay"}], numbers)
    return house


def test_a_request_with_a_secret_is_not_sent_again_with_the_secret_asked_for_again(
    live: Live, tmp_path: Path, shop: Shop
) -> None:
    live.load(payment(tmp_path / "houses", shop.url))
    caller = live.outside.from_trunk(PAY)
    assert caller.hears_something()
    caller.presses("1234")
    live.until(lambda: shop.keys)
    die(live.controller)
    live.start()
    assert caller.has_ended(20)
    record = live.record(within=20)
    assert (live.path(record), record.problem) == (["enter", "pay", "unsure", "end"], "")
    assert list(shop.keys.values()) == [1]


def test_one_that_may_be_sent_twice_asks_for_its_secret_again(live: Live, tmp_path: Path, shop: Shop) -> None:
    live.load(payment(tmp_path / "houses", shop.url, safe_to_repeat=True))
    caller = live.outside.from_trunk(PAY)
    assert caller.hears_something()
    caller.presses("1234")
    live.until(lambda: shop.keys)
    die(live.controller)
    live.start()
    live.until(lambda: any(call["doing"] == "Collect" for call in live.calls()), 20)
    assert caller.hears_something()
    shop.answers.set()
    caller.presses("1234")
    assert caller.has_ended(20)
    assert len(shop.keys) == 2


def test_a_request_whose_code_changed_meanwhile_is_not_sent_again(
    live: Live, tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.load(houses_made.make(tmp_path / "houses", shop.url))
    caller = live.outside.from_trunk(houses_made.NUMBERS["http"])
    live.until(lambda: shop.keys)
    die(live.controller)
    monkeypatch.setattr(Http, "revision", Http.revision + 1)
    live.start()
    assert caller.has_ended(20)
    assert live.path(live.record(within=20)) == ["ask", "unsure", "end"]
    assert list(shop.keys.values()) == [1]


# --- the record -----------------------------------------------------------------------------------------------------


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens just after the next call was offered, and before anything was said on it."""
    happens: list[Callable[[], object]] = []
    original = Ways.way

    def way(self: Ways, earlier: Any) -> Any:
        while happens:
            happens.pop()()
        return original(self, earlier)

    monkeypatch.setattr(Ways, "way", way)
    return happens


def test_who_hangs_up_in_the_moment_of_adoption_has_talked_all_the_same(
    live: Live, tmp_path: Path, meanwhile: list[Callable[[], object]]
) -> None:
    live.load(houses_made.make(tmp_path / "houses", "http://127.0.0.1:9/"))
    live.outside.phone("202", "secours", talks=9.0)
    caller = live.outside.from_trunk(SECOURS)
    live.until(lambda: any(call["talking_to"] for call in live.calls()))
    die(live.controller)

    def leaves() -> None:
        assert live.controller
        (conversation,) = live.controller.switchboard._live.values()
        caller.hangs_up()
        while not conversation._session.hung_up:
            gevent.sleep(0.01)

    meanwhile.append(leaves)
    live.start()
    record = live.record(within=20)
    assert (record.disposition, record.source, record.hung_up_by) == ("answered", "controller", "caller")
    assert 0 < record.talk < 10
    assert meanwhile == []


def test_a_call_that_another_took_before_we_said_a_word_keeps_its_owner(
    live: Live, meanwhile: list[Callable[[], object]]
) -> None:
    """This process stood still between the offer and its first command."""
    assert live.controller
    controller = live.controller
    controller.fleet.start("z", "http://127.0.0.1:9", freeswitch(live), 60.0, {"instance": "00000001"})
    taken: list[str] = []

    def stands_still() -> None:
        (conversation,) = controller.switchboard._live.values()
        taken.append(conversation.offer.uuid)
        live.outside.api(f"uuid_setvar {taken[0]} souffleur_owner z:00000001:5")
        controller.pulse._last -= 10

    meanwhile.append(stands_still)
    live.outside.from_trunk("+33123456789")
    live.until(lambda: taken and not live.calls())
    assert live.outside.api(f"uuid_getvar {taken[0]} souffleur_owner").strip() == "z:00000001:5"


# --- a subscriber that goes -----------------------------------------------------------------------------------------


def leaves(live: Live, slug: str) -> None:
    """The operator removes a subscriber, and another one gets its numbers."""
    with live.engine.begin() as connection:
        connection.execute(text("delete from subscriber where json_extract(doc, '$.slug') = :slug"), {"slug": slug})


def test_a_call_whose_subscriber_goes_is_on_record(live: Live) -> None:
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    leaves(live, "martin")
    assert live.controller
    live.controller.configuration.refresh()
    caller.hangs_up()
    record = live.record()
    assert (record.subscriber_id, live.path(record)) == (None, ["choose"])


def test_a_call_whose_subscriber_went_is_not_walked_by_the_one_who_has_its_number_now(
    live: Live, tmp_path: Path
) -> None:
    """The new one's flows have the same names: his would have read the other's caller and variables."""
    caller = live.outside.from_trunk("+33123456789")
    assert caller.hears_something()
    assert live.controller
    die(live.controller)
    leaves(live, "martin")
    house = shutil.copytree(HOUSES / "martin", tmp_path / "heir")
    subscriber = house / "subscriber.yaml"
    subscriber.write_text(subscriber.read_text().replace("slug: martin", "slug: heir"))
    live.load(house)
    live.start()
    assert caller.has_ended(20)
    record = live.record(within=20)
    assert (record.subscriber_id, record.disposition) == (None, "failed")
    assert live.path(record)[0] == "choose"
    (heir,) = live.controller.configuration.all()
    assert heir.slug == "heir"
    assert {event.subscriber_id for kind in ("adopted", "ended") for event in live.events(kind)} == {None}

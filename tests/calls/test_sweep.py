"""What a sweep does with each channel, who does it, and what a controller knows of the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gevent.threadpool import ThreadPool
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from controller.calls.channels import Row, read
from controller.calls.fleet import Fleet
from controller.calls.ownership import Owner, read_owner
from controller.calls.standing import Fellows, Standing
from controller.calls.sweep import COLLECTING, OTHERWISE, UNTAKEN, Found, Verdict, judge

ME = Owner("b", "00000001")
OTHER = Owner("a", "00000002", 3)
LEAVE, ATTEND, FETCH = Verdict.LEAVE, Verdict.ATTEND, Verdict.FETCH


def found(
    owner: Owner | None, standing: Standing, application: str, missed: float, legs: tuple[str, ...] = ()
) -> Found:
    return Found(Row("u", application, legs, 0.0), owner, standing, missed)


@pytest.mark.parametrize(
    ("what", "verdict"),
    [
        # offered, and nobody has taken it
        (found(None, Standing.UNKNOWN, "socket", UNTAKEN - 0.1), LEAVE),
        (found(None, Standing.UNKNOWN, "socket", UNTAKEN), FETCH),
        (found(None, Standing.UNKNOWN, "sleep", 99.0), LEAVE),  # in the dialplan's loop: nobody listens
        # a live one's, whatever it does
        (found(OTHER, Standing.ALIVE, "socket", 99.0), LEAVE),
        (found(OTHER, Standing.UNKNOWN, "playback", 99.0), LEAVE),
        # one that hangs: nobody else will come for it
        (found(OTHER, Standing.STUCK, "playback", 0.0), FETCH),
        (found(OTHER, Standing.STUCK, "play_and_get_digits", 0.0), FETCH),
        (found(OTHER, Standing.STUCK, "bridge", 0.0, ("x",)), ATTEND),
        (found(OTHER, Standing.STUCK, "bridge", 0.0), FETCH),  # it has parted
        # one that is dead: FreeSWITCH offers its calls by itself, but for what never ends
        (found(OTHER, Standing.GONE, "bridge", 0.0, ("x",)), ATTEND),
        (found(OTHER, Standing.GONE, "play_and_get_digits", OTHERWISE + 1), LEAVE),
        (found(OTHER, Standing.GONE, "play_and_get_digits", COLLECTING), FETCH),
        (found(OTHER, Standing.GONE, "playback", OTHERWISE - 0.1), LEAVE),
        (found(OTHER, Standing.GONE, "playback", OTHERWISE), FETCH),
        # ours by name, and no session here has it
        (found(Owner("b", "00000001", 7), Standing.ALIVE, "socket", UNTAKEN - 0.1), LEAVE),
        (found(Owner("b", "00000001", 7), Standing.ALIVE, "socket", UNTAKEN), FETCH),
        (found(Owner("b", "00000001", 7), Standing.ALIVE, "bridge", UNTAKEN, ("x",)), ATTEND),
    ],
)
def test_what_becomes_of_a_channel(what: Found, verdict: Verdict) -> None:
    assert judge(what, ME) is verdict


def test_the_list_of_channels_tells_calls_from_their_legs() -> None:
    rows = [
        {"uuid": "a", "context": "souffleur", "application": "bridge", "call_uuid": "a", "created_epoch": "5"},
        {"uuid": "b", "context": "souffleur", "application": "", "call_uuid": "a", "created_epoch": "6"},
        {"uuid": "c", "context": "souffleur", "application": "socket", "call_uuid": "", "created_epoch": ""},
        {"uuid": "d", "context": "public", "application": "park", "call_uuid": "d"},
    ]
    assert read({"row_count": 4, "rows": rows}) == [Row("a", "bridge", ("b",), 5.0), Row("c", "socket", (), 0.0)]
    assert read({"row_count": 0}) == []


@pytest.mark.parametrize("text", ["", "_undef_", "a", "a:b", "a:b:c", "a:b:-1", "-ERR No such channel!"])
def test_what_is_no_owner(text: str) -> None:
    assert read_owner(text) is None


def test_an_owner_comes_back_as_it_was_written() -> None:
    assert read_owner(str(OTHER)) == OTHER


class Fellowship:
    """`b` and its fellows; `answers` is what each url says: an instance, "" (it hangs) or None (nobody listens)."""

    def __init__(self, engine: Engine, pool: ThreadPool) -> None:
        self.now = datetime.now(UTC)
        self.fleet = Fleet(engine, pool, lambda: self.now)
        self.answers: dict[str, str | None] = {}
        self.asked: list[str] = []
        self.fellows = Fellows(ME, "fs1", self.fleet, self._probe)
        self.join("b", "00000001")

    def join(self, name: str, instance: str, freeswitch: str = "fs1", **state: Any) -> None:
        self.fleet.start(name, f"http://{name}", freeswitch, 6.0, {"instance": instance} | state)

    def leases_end(self) -> None:
        self.now += timedelta(seconds=7)
        self.fellows.look()

    def _probe(self, url: str) -> str | None:
        self.asked.append(url)
        return self.answers.get(url)


@pytest.fixture
def fellowship(engine: Engine, pool: ThreadPool) -> Fellowship:
    return Fellowship(engine, pool)


def test_one_that_holds_its_lease_lives_and_is_not_asked(fellowship: Fellowship) -> None:
    fellowship.join("a", "00000002")
    fellowship.fellows.look()
    assert fellowship.fellows.standing(OTHER) is Standing.ALIVE
    assert fellowship.asked == []
    assert not fellowship.fellows.is_first()


@pytest.mark.parametrize(
    ("answer", "standing"),
    [
        ("00000002", Standing.ALIVE),  # it cannot reach the database
        ("", Standing.STUCK),
        (None, Standing.GONE),
        ("00000099", Standing.GONE),  # another process under its name
    ],
)
def test_one_whose_lease_has_run_out_is_asked(
    fellowship: Fellowship, answer: str | None, standing: Standing
) -> None:
    fellowship.join("a", "00000002")
    fellowship.answers["http://a"] = answer
    fellowship.leases_end()
    assert fellowship.fellows.standing(OTHER) is standing
    fellowship.fellows.standing(OTHER)
    assert fellowship.asked == ["http://a"]  # once a round
    assert fellowship.fellows.is_first()
    assert fellowship.fellows.troubled


def test_without_a_database_the_last_known_are_asked(
    fellowship: Fellowship, monkeypatch: pytest.MonkeyPatch
) -> None:
    fellowship.join("a", "00000002")
    fellowship.fellows.look()

    def away() -> Any:
        raise OperationalError("select", {}, Exception("away"))

    monkeypatch.setattr(fellowship.fleet, "peers", away)
    fellowship.answers["http://a"] = "00000002"
    fellowship.fellows.look()
    assert fellowship.fellows.standing(OTHER) is Standing.ALIVE
    assert not fellowship.fellows.is_first()
    fellowship.answers["http://a"] = None
    fellowship.fellows.look()
    assert fellowship.fellows.standing(OTHER) is Standing.GONE
    assert fellowship.fellows.standing(Owner("c", "x", 1)) is Standing.UNKNOWN
    assert fellowship.fellows.is_first()


def test_a_former_life_of_ours_is_gone(fellowship: Fellowship) -> None:
    fellowship.fellows.look()
    assert fellowship.fellows.standing(Owner("b", "0000000f", 2)) is Standing.GONE


def test_controllers_of_another_freeswitch_and_those_that_drain_take_no_calls(fellowship: Fellowship) -> None:
    fellowship.join("a", "00000002", freeswitch="fs2")
    fellowship.fellows.look()
    assert fellowship.fellows.is_first()
    assert not fellowship.fellows.any_other()
    fellowship.join("aa", "00000003", draining=True)
    fellowship.fellows.look()
    assert fellowship.fellows.is_first()
    fellowship.join("c", "00000004")
    fellowship.fellows.look()
    assert fellowship.fellows.any_other()


@pytest.mark.parametrize("application", ["txfax", "rxfax"])
@pytest.mark.parametrize("standing", [Standing.GONE, Standing.STUCK])
def test_a_fax_is_never_cut(application: str, standing: Standing) -> None:
    """FreeSWITCH ends the call with the fax's result."""
    assert judge(found(Owner("b", "x", 1), standing, application, 3600.0), ME) is LEAVE

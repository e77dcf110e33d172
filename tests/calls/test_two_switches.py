"""Two FreeSWITCH, two controllers, one database: each one's board shows all, and a command finds the call's owner."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.server import StreamServer
from sqlalchemy import select

from conf.database import operator
from conf.models import CallEvent
from controller.boards import Boards
from controller.feeds import Feeds
from controller.terminal import board_lines
from tests.calls.live import HOUSES, SAMPLES, Live, free_port
from tests.outside.virtual import VirtualOutside

SECRET = "the-same-for-both"
SAID_WITHIN = 5.0  # seconds


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Live, Live]]:
    """Controllers `a` and `b`, each with a FreeSWITCH of its own."""
    shared = {"SOUFFLEUR_DATABASE_URL": f"sqlite:///{tmp_path}/shared.db", "SOUFFLEUR_CONTROL_SECRET": SECRET}
    made: list[Live] = []
    try:
        for name in ("a", "b"):
            folder = tmp_path / name
            folder.mkdir()
            offer = free_port()
            here = Live(
                VirtualOutside(offer), folder, offer, free_port(), **shared, SOUFFLEUR_CONTROLLER_ID=name
            )
            if not made:
                here.load(HOUSES / "operator", HOUSES / "martin", SAMPLES / "duval")
            made.append(here)
            here.start()
        made[0].until(lambda: len(made[0].controller.fleet.peers()) == 2)
        yield made[0], made[1]
    finally:
        for here in made:
            here.outside.close()
            here.stop()


def ask(live: Live, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.control_port, timeout=8)
    headers = {"Authorization": f"Bearer {SECRET}"}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    answer = json.loads(response.read() or b"{}")
    connection.close()
    return response.status, answer


def board(live: Live, subscriber: str = "") -> dict[str, Any]:
    return ask(live, "GET", "/v1/board" + (f"?subscriber={subscriber}" if subscriber else ""))[1]


def switches(live: Live) -> dict[str, str]:
    return {row["id"]: row["switch"]["state"] for row in board(live)["controllers"]}


def test_each_board_shows_both_and_all_calls(two: tuple[Live, Live]) -> None:
    a, b = two
    a.outside.from_trunk("+33123456784")
    b.outside.from_trunk("+33123456784")
    ours = {a.reaches("read")["call"]: "a", b.reaches("read")["call"]: "b"}
    for live in two:
        seen = board(live)
        assert {call["call"]: call["controller"] for call in seen["calls"]} == ours
        rows = {row["id"]: row for row in seen["controllers"]}
        assert list(rows) == ["a", "b"]
        for one, row in ((a, rows["a"]), (b, rows["b"])):
            assert row["freeswitch"] == f"127.0.0.1:{one.settings.esl_port}"
            assert (row["alive"], row["answers"], row["calls"], row["draining"]) == (True, True, 1, False)
            assert (row["switch"]["state"], row["switch"]["max_sessions"]) == ("up", 5000)
            assert row["switch"]["version"].startswith("1.11.1")


def test_a_subscriber_sees_its_own_calls_of_all_controllers_and_no_other(two: tuple[Live, Live]) -> None:
    a, b = two
    a.outside.from_trunk("+33123456784")
    b.outside.from_trunk("+33123456784")
    ours = {a.reaches("read")["call"], b.reaches("read")["call"]}
    for live in two:
        seen = board(live, "martin")
        assert {call["call"] for call in seen["calls"]} == ours
        assert seen["controllers"] == [{"id": "a", "answers": True}, {"id": "b", "answers": True}]
        assert board(live, "duval")["calls"] == []
        assert board(live, "nobody")["calls"] == []


def test_a_call_is_hung_up_through_the_other_controller(two: tuple[Live, Live]) -> None:
    a, b = two
    caller = a.outside.from_trunk("+33123456784")
    call = a.reaches("read")["call"]
    unknown = ask(b, "POST", "/v1/calls/no-such-call/hang_up?subscriber=duval")
    assert unknown[0] == 404
    assert ask(b, "POST", f"/v1/calls/{call}/hang_up?subscriber=duval") == unknown
    assert a.reaches("read")["call"] == call
    assert ask(b, "POST", f"/v1/calls/{call}/hang_up?subscriber=martin") == (200, {"call": call})
    assert caller.has_ended()
    record = a.record()
    assert (record.call, record.hung_up_by, record.controller) == (call, "controller", "a")


def test_a_call_is_transferred_through_the_other_controller(two: tuple[Live, Live]) -> None:
    a, b = two
    paul = a.outside.phone("102", talks=0.3)
    caller = a.outside.from_trunk("+33123456784")
    call = a.reaches("read")["call"]
    assert caller.hears_something()
    status, answer = ask(b, "POST", f"/v1/calls/{call}/transfer?subscriber=martin", {"to": "not a number"})
    assert (status, answer["error"].startswith("to: ")) == (400, True)
    assert ask(b, "POST", f"/v1/calls/{call}/transfer?subscriber=martin", {"to": "102"})[0] == 200
    assert caller.has_ended()
    assert paul.rung == 1
    assert a.path(a.record()) == ["read", "ring", "end"]


def test_a_call_of_a_silent_controller_is_ended_by_its_channel(two: tuple[Live, Live], tmp_path: Path) -> None:
    """Through another controller of the same FreeSWITCH; the channel itself tells whose call it is."""
    a, _ = two
    folder = tmp_path / "c"
    folder.mkdir()
    shared = {"SOUFFLEUR_DATABASE_URL": a.settings.database_url, "SOUFFLEUR_CONTROL_SECRET": SECRET}
    beside = Live(a.outside, folder, free_port(), free_port(), **shared, SOUFFLEUR_CONTROLLER_ID="c")
    beside.start()
    try:
        caller = a.outside.from_trunk("+33123456784")
        call = a.reaches("read")["call"]
        a.controller.control.stop(timeout=0)
        for subscriber in ("duval", "nobody"):
            assert ask(beside, "POST", f"/v1/calls/{call}/hang_up?subscriber={subscriber}")[0] == 503
        assert ask(beside, "POST", f"/v1/calls/{call}/transfer", {"to": "102"})[0] == 503
        assert a.reaches("read")["call"] == call
        assert ask(beside, "POST", f"/v1/calls/{call}/hang_up?subscriber=martin") == (200, {"call": call})
        assert caller.has_ended()
        assert a.record().call == call
    finally:
        beside.stop()


def test_a_controller_that_does_not_answer_is_shown_as_such(two: tuple[Live, Live]) -> None:
    a, b = two
    b.controller.control.stop(timeout=0)
    begun = time.monotonic()
    rows = {row["id"]: row for row in board(a)["controllers"]}
    assert time.monotonic() - begun < 2.0
    assert (rows["a"]["answers"], rows["b"]["answers"], rows["b"]["alive"]) == (True, False, True)
    assert rows["b"]["switch"]["state"] == "unknown"
    assert board(a, "martin")["controllers"][1] == {"id": "b", "answers": False}
    status, answer = ask(a, "POST", "/v1/calls/no-such-call/hang_up")
    assert status == 503
    assert "b may have it" in answer["error"]


@pytest.mark.parametrize(("trouble", "state"), [("gone", "down"), ("hangs", "silent")])
def test_a_dead_freeswitch_is_said_on_every_board_within_five_seconds(
    two: tuple[Live, Live], trouble: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.esl.link.GIVEN_UP", 4.0)
    a, b = two
    assert switches(b) == {"a": "up", "b": "up"}
    switch = a.outside.switch
    follower = a.controller.journal.follow(lambda entry: entry.kind.startswith("freeswitch_"))
    begun = time.time()
    if trouble == "gone":
        switch.stop()
    else:
        switch.faults.silent = True
    a.until(lambda: switches(b) == {"a": state, "b": "up"}, SAID_WITHIN)
    assert time.time() - begun < SAID_WITHIN
    assert switches(a) == {"a": state, "b": "up"}
    assert a.control.status()["freeswitch"] is False
    entry = follower.next(SAID_WITHIN)
    assert (entry.kind, entry.subscriber, entry.data["state"]) == ("freeswitch_down", None, state)
    assert abs(entry.data["since"] - begun) < 1.5
    if trouble == "gone":
        switch.start()
    else:
        switch.faults.silent = False
    a.until(lambda: switches(b) == {"a": "up", "b": "up"}, 20)
    back = follower.next(SAID_WITHIN)
    assert (back.kind, back.data["since"]) == ("freeswitch_up", entry.data["since"])
    assert follower.next(0) is None


def test_new_calls_are_taken_where_freeswitch_lives(two: tuple[Live, Live]) -> None:
    a, b = two
    a.outside.switch.stop()
    a.until(lambda: a.controller.link.state != "up")
    b.outside.from_trunk("+33123456784")
    call = b.reaches("read")["call"]
    assert [row["call"] for row in board(a)["calls"]] == [call]


class Relay:
    """A way to a controller that can be cut."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sockets: list[Any] = []
        self._server = StreamServer(("127.0.0.1", 0), self._carry)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _carry(self, near: Any, _: Any) -> None:
        far = socket.create_connection(("127.0.0.1", self._port))
        self._sockets += [near, far]
        back = gevent.spawn(self._copy, far, near)
        self._copy(near, far)
        back.join()

    @staticmethod
    def _copy(source: Any, target: Any) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                target.sendall(data)

    def cut(self) -> None:
        while self._sockets:
            one = self._sockets.pop()
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self.cut()
        self._server.stop()


def until_ended(feed: Feeds, calls: int) -> list[tuple[str, dict[str, Any]]]:
    told: list[tuple[str, dict[str, Any]]] = []
    with gevent.Timeout(15):
        while sum(entry["kind"] == "ended" for _, entry in told) < calls:
            told.append(next(feed))
    return told


def test_the_feeds_of_all_controllers_are_one(two: tuple[Live, Live]) -> None:
    a, b = two
    relay = Relay(b.settings.control_port)
    urls = {"a": f"http://127.0.0.1:{a.settings.control_port}", "b": relay.url}
    made = [Feeds(lambda: urls, SECRET, subscriber=slug) for slug in ("", "martin", "duval")]
    try:
        a.until(lambda: all(len(live.controller.journal._followers) == 3 for live in two))
        for live in two:
            caller = live.outside.from_trunk("+33123456785")
            assert caller.hears_something()
            live.reaches("wait")
            if live is b:
                relay.cut()
            caller.presses("1")
            assert caller.has_ended()
        told = until_ended(made[0], 2)
        keys = [(entry["call"], entry["sequence"]) for _, entry in told]
        assert len(keys) == len(set(keys))
        assert {name for name, _ in told} == {"a", "b"}
        a.until(lambda: len(a.events("ended")) == 2)
        with operator(a.engine, read_only=True) as session:
            written = {(event.call, event.sequence) for event in session.scalars(select(CallEvent))}
        assert set(keys) == written
        assert [entry["kind"] for _, entry in until_ended(made[1], 2)].count("offered") == 2
        assert made[2].next(0.1) is None
    finally:
        for feed in made:
            feed.close()
        relay.stop()


def test_the_board_without_a_controller_of_ones_own(two: tuple[Live, Live], tmp_path: Path) -> None:
    a, b = two
    b.outside.from_trunk("+33123456784")
    call = b.reaches("read")["call"]
    elsewhere = replace(a.settings, control_port=free_port())
    seen = Boards(elsewhere).show()
    assert [(row["call"], row["controller"]) for row in seen["calls"]] == [(call, "b")]
    lines = list(board_lines(seen))
    assert [words[0] for line in lines[1:3] if (words := line.split())] == ["a", "b"]
    assert all(words in lines[2] for words in ("up for", "1.11.1-virtual", "of 5000 channels", "held"))
    assert lines[-1].split()[:4] == [call, "b", "martin", "+33611111111"]
    b.controller.lease.leave()
    b.controller.control.stop(timeout=0)
    assert "the controller is gone" in list(board_lines(Boards(elsewhere).show()))[2]
    assert list(board_lines(Boards(elsewhere).show("martin")))[-1] == "No calls."

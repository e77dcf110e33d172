"""The connection that comes back: with patience, never twice the same question, and not against a wrong password."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from gevent import socket
from gevent.server import StreamServer

from controller.esl.errors import ConnectionLost, NoReply, Unsafe, WrongPassword
from controller.esl.inbound import Inbound
from controller.esl.link import GIVEN_UP, LONGEST, PATIENT, SHORTEST, Link
from tests.esl import stub
from tests.esl.stub import Peer, answer, reply

AUTH = b"Content-Type: auth/request\n\n"
REJECTION = b"".join(stub.frames("01f_rude_rejection")["inbound"][:2])


class Switch:
    """An event socket that lets in whoever knows the password, as often as they come."""

    def __init__(self, password: str = "right", greeting: bytes = AUTH) -> None:
        self.password = password
        self.greeting = greeting
        self.peers: list[Peer] = []
        self.came = 0
        self._server = StreamServer(("127.0.0.1", 0), self._meet)
        self._server.start()
        self.port = self._server.address[1]

    def _meet(self, sock: Any, address: Any) -> None:
        self.came += 1
        peer = Peer(sock)
        peer.say(self.greeting)
        try:
            right = peer.command() == f"auth {self.password}"
            peer.say(reply("+OK accepted") if right else reply("-ERR invalid") + stub.notice())
        except (EOFError, OSError):
            return
        if right:
            self.peers.append(peer)
            gevent.sleep(stub.LATEST)

    def stop(self) -> None:
        self._server.stop()


@pytest.fixture
def switch() -> Iterator[Switch]:
    switch = Switch()
    yield switch
    switch.stop()


def test_logging_in(switch: Switch) -> None:
    connection = Inbound("127.0.0.1", switch.port, "right")
    connection.connect()
    assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    asking = gevent.spawn(connection.subscribe, "CHANNEL_CREATE", "BACKGROUND_JOB", subclasses=("sofia::register",))
    assert switch.peers[0].command() == "event json CHANNEL_CREATE BACKGROUND_JOB CUSTOM sofia::register"
    switch.peers[0].say(reply())
    assert stub.outcome(asking) is None
    with pytest.raises(Unsafe):
        connection.subscribe("ALL\n\napi")
    with pytest.raises(Unsafe):
        connection.subscribe(subclasses=("a b",))
    connection.close()


@pytest.mark.parametrize("password", ["wrong", "right\n\napi system id"])
def test_a_wrong_password(switch: Switch, password: str) -> None:
    connection = Inbound("127.0.0.1", switch.port, password)
    with pytest.raises(WrongPassword):
        connection.connect()
    assert not connection.connected


def test_refused_by_address() -> None:
    switch = Switch(greeting=REJECTION)
    with pytest.raises(ConnectionLost, match="access list"):
        Inbound("127.0.0.1", switch.port, "right").connect()
    switch.stop()


def test_a_switch_that_says_nothing() -> None:
    switch = Switch(greeting=b"")
    with pytest.raises(NoReply):
        Inbound("127.0.0.1", switch.port, "right", timeout=0.05).connect()
    switch.stop()


def test_nobody_there(switch: Switch) -> None:
    switch.stop()
    with pytest.raises(ConnectionLost):
        Inbound("127.0.0.1", switch.port, "right").connect()


class Nap:
    """A clock that only naps move, and the naps that were taken."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds
        gevent.sleep(0)

    def clock(self) -> float:
        return self.now


def test_patience_grows_and_is_never_the_same(switch: Switch) -> None:
    switch.stop()
    nap = Nap()
    chances = iter([0.0, 1.0] * 100)
    link = Link(
        "127.0.0.1", switch.port, "right", on_up=print, sleep=nap.sleep, clock=nap.clock, chance=lambda: next(chances)
    )
    link.start()
    assert stub.until(lambda: len(nap.naps) >= 12)
    link.stop()
    assert nap.naps[:4] == pytest.approx([SHORTEST / 2, SHORTEST * 2, SHORTEST * 2, SHORTEST * 8])
    assert max(nap.naps) == LONGEST
    with pytest.raises(ConnectionLost):
        _ = link.connection


def test_it_comes_back_and_asks_anew(switch: Switch) -> None:
    nap = Nap()
    ups: list[Inbound] = []
    states: list[tuple[str, str]] = []

    def tell(state: str, reason: str) -> None:
        states.append((state, reason))

    link = Link(
        "127.0.0.1", switch.port, "right", on_up=ups.append, on_change=tell, sleep=nap.sleep, clock=nap.clock
    )
    link.start()
    assert link.wait_up(stub.LATEST)
    first = link.connection
    asking = gevent.spawn(first.api, "uuid_kill a")
    assert switch.peers[0].command() == "api uuid_kill a"
    switch.peers[0].end()
    assert isinstance(stub.outcome(asking), ConnectionLost)
    assert stub.until(lambda: len(ups) == 2 and link.state == "up", stub.LATEST)
    assert link.connection is not first
    assert switch.peers[1].commands(0.05) == []  # a command in flight is never sent again
    assert states == [("up", ""), ("down", "closed by FreeSWITCH"), ("up", "")]
    link.stop()
    assert link.state == "stopped"


def test_a_wrong_password_stops_it(switch: Switch) -> None:
    nap = Nap()
    link = Link("127.0.0.1", switch.port, "wrong", on_up=print, sleep=nap.sleep)
    running = gevent.spawn(link.run)
    assert stub.outcome(running, stub.LATEST) is None
    assert (link.state, switch.came, nap.naps) == ("refused", 1, [])


def test_a_password_that_changes_is_read_again_and_none_is_tried_twice(switch: Switch) -> None:
    """FreeSWITCH takes the new one when it starts again; until then the one before is good."""
    files = [("wrong", "old"), ("wrong", "old"), ("newest", "wrong"), ("right", "newest")]
    naps: list[float] = []

    def passwords() -> tuple[str, ...]:
        return files[min(len(naps), 3)]

    link = Link("127.0.0.1", switch.port, "", on_up=lambda _: None, sleep=naps.append, passwords=passwords)
    link.start()
    assert link.wait_up(stub.LATEST)
    assert (link.state, switch.came, len(naps)) == ("up", 4, 3)
    link.stop()


def test_a_hook_that_fails_means_down(switch: Switch) -> None:
    nap = Nap()

    def reconcile(connection: Inbound) -> None:
        connection.api("show channels as json", timeout=1.0)

    link = Link("127.0.0.1", switch.port, "right", on_up=reconcile, sleep=nap.sleep, clock=nap.clock)
    link.start()
    assert stub.until(lambda: switch.peers, stub.LATEST)
    switch.peers[0].command()
    switch.peers[0].say(answer("-ERR no\n"))
    assert stub.until(lambda: len(switch.peers) == 2, stub.LATEST)
    assert not link.wait_up(0)
    switch.peers[1].command()
    switch.peers[1].say(answer('{"row_count":0}'))
    assert link.wait_up(stub.LATEST)
    link.stop()


def lives(connection: Inbound) -> None:
    connection.api("status", timeout=0.05)


class Watched:
    """A link whose looks at FreeSWITCH come fast, and what it told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, switch: Switch) -> None:
        monkeypatch.setattr("controller.esl.link.BEAT", 0.01)
        self.nap = Nap()
        self.now = 1000.0
        self.told: list[tuple[str, str]] = []
        self.link = Link(
            "127.0.0.1", switch.port, "right", on_up=lambda _: None, check=lives, now=lambda: self.now,
            on_change=lambda *change: self.told.append(change), sleep=self.nap.sleep, clock=self.nap.clock,
        )  # fmt: skip
        self.link.start()

    def is_told(self, *states: str) -> bool:
        return stub.until(lambda: [state for state, _ in self.told] == list(states), stub.LATEST)


def answers(peer: Peer, times: int) -> None:
    for _ in range(times):
        assert peer.command() == "api status"
        peer.say(answer("UP"))


def test_one_that_falls_silent_and_goes_on(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch, switch)
    assert watched.is_told("up")
    peer = switch.peers[0]
    answers(peer, 2)
    assert peer.command() == "api status"
    watched.now = 1003.0
    assert watched.is_told("up", "silent")
    assert (watched.link.state, watched.link.since) == ("silent", 1000.0)  # since it was heard last
    assert not watched.link.wait_up(0)
    with pytest.raises(ConnectionLost, match="silent"):
        _ = watched.link.connection
    asked = 1 + len(peer.commands(0.03))
    peer.say(*[answer("UP")] * asked)  # one that only stood still answers everything in the end
    answers(peer, 1)
    assert watched.is_told("up", "silent", "up")
    assert len(switch.peers) == 1
    watched.link.stop()


def test_a_connection_that_died_without_a_word_is_made_anew(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch, switch)
    assert watched.is_told("up")
    answers(switch.peers[0], 1)
    assert watched.is_told("up", "silent")
    watched.now += GIVEN_UP + 1
    assert watched.is_told("up", "silent", "up")
    assert len(switch.peers) == 2
    watched.link.stop()


def test_one_that_takes_connections_and_says_nothing_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    switch = Switch(greeting=b"")
    nap = Nap()
    told: list[tuple[str, str]] = []
    link = Link(
        "127.0.0.1", switch.port, "right", on_up=print, on_change=lambda *change: told.append(change),
        connect=lambda *where: Inbound(*where, timeout=0.02), sleep=nap.sleep, clock=nap.clock,
    )  # fmt: skip
    link.start()
    assert stub.until(lambda: told, stub.LATEST)
    assert len(nap.naps) >= PATIENT  # at the first tries it may still be starting
    assert told == [("silent", "it does not answer")]
    link.stop()
    switch.stop()


def test_a_hook_that_raises_does_not_end_it(switch: Switch) -> None:
    nap = Nap()

    def tell(state: str, reason: str) -> None:
        raise RuntimeError(state)

    link = Link("127.0.0.1", switch.port, "right", on_up=lambda _: None, on_change=tell, sleep=nap.sleep)
    link.start()
    assert link.wait_up(stub.LATEST)
    switch.peers[0].end()
    assert stub.until(lambda: len(switch.peers) == 2 and link.state == "up", stub.LATEST)
    link.stop()

"""Offered calls: taken in one breath, hung up when we fail, and never closed while they live."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent import socket

from controller.esl import applications
from controller.esl.errors import SessionGone
from controller.esl.server import Server
from controller.esl.session import EVENTS, Session
from tests.esl import stub
from tests.esl.stub import UUID, Peer, answer, as_json, reply

Serve = Callable[[Callable[[Session], Any]], Server]
HANGUP_COMPLETE = as_json("CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "NORMAL_CLEARING"})


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Server] = []

    def start(handle: Callable[[Session], Any]) -> Server:
        server = Server(("127.0.0.1", 0), handle)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


def offer(server: Server, frame: bytes | None = None) -> Peer:
    peer = Peer(socket.create_connection(server.address))
    assert peer.command() == "connect"
    peer.say(frame or stub.offered(), reply(), reply(), reply())
    return peer


def test_everything_is_asked_for_at_once(serve: Serve) -> None:
    handled: list[Session] = []
    server = serve(handled.append)
    peer = Peer(socket.create_connection(server.address))
    # FreeSWITCH has not answered `connect` yet, and still has them all.
    assert [peer.command() for _ in range(4)] == ["connect", "linger 5", "myevents json", f"event json {EVENTS}"]
    peer.say(stub.offered(variable_souffleur_dialled="1000", variable_sip_full_from="noise"))
    assert stub.until(lambda: handled)
    data = handled[0].session_data
    assert data is not None
    assert data["variable_souffleur_dialled"] == "1000"
    assert "variable_sip_full_from" not in data
    assert handled[0].sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert handled[0].sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_a_call_from_offer_to_end(serve: Serve) -> None:
    def handle(session: Session) -> None:
        session.execute(applications.answer(), "1")
        session.execute(applications.hangup("USER_BUSY"), "2")

    server = serve(handle)
    peer = offer(server)
    assert [peer.command().split()[0] for _ in range(3)] == ["linger", "myevents", "event"]
    for key in "12":
        assert peer.expect("sendmsg")["Event-UUID"] == key
        peer.say(reply(), as_json("CHANNEL_EXECUTE_COMPLETE", {"Application-UUID": key}))
    peer.say(HANGUP_COMPLETE)
    assert peer.command() == "exit"
    peer.end()
    assert server.wait_idle(stub.LATEST)
    assert server.sessions == {}


@pytest.mark.parametrize("fault", [ValueError("ours"), SessionGone("x")])
def test_a_call_that_we_fail_is_hung_up(serve: Serve, fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def handle(session: Session) -> None:
        raise fault

    peer = offer(serve(handle))
    assert [peer.command().split()[0] for _ in range(3)] == ["linger", "myevents", "event"]
    assert peer.command() == f"api uuid_kill {UUID} NORMAL_TEMPORARY_FAILURE"
    peer.say(answer("+OK\n"))
    assert peer.commands(0.05) == []  # open until the call has ended


def test_a_call_that_was_handed_on_stays_open(serve: Serve) -> None:
    peer = offer(serve(lambda session: None))
    assert [command.split()[0] for command in peer.commands(0.1)] == ["linger", "myevents", "event"]


def test_the_newer_connection_has_the_call(serve: Serve) -> None:
    results: list[Any] = []

    def handle(session: Session) -> None:
        try:
            results.append(session.execute(applications.playback("/a.wav"), "key"))
        except SessionGone as gone:
            results.append(gone)

    server = serve(handle)
    older = offer(server)
    assert [older.command().split()[0] for _ in range(4)] == ["linger", "myevents", "event", "sendmsg"]
    newer = offer(server)
    assert older.command() == "noevents"
    assert stub.until(lambda: results)
    assert isinstance(results[0], SessionGone)
    assert [newer.command().split()[0] for _ in range(4)] == ["linger", "myevents", "event", "sendmsg"]
    newer.say(reply(), as_json("CHANNEL_EXECUTE_COMPLETE", {"Application-UUID": "key"}))
    assert stub.until(lambda: len(results) == 2)
    newer.say(HANGUP_COMPLETE)
    assert newer.command() == "exit"
    newer.end()
    assert stub.until(lambda: not server.sessions)
    assert older.commands(0.05) == []
    older.say(reply() * 2, stub.notice("linger"))
    assert older.command() == "exit"


def test_a_connection_that_is_no_call(serve: Serve, faults: list[BaseException]) -> None:
    handled: list[Session] = []
    server = serve(handled.append)
    offer(server, reply("+OK"))  # no Unique-ID
    assert server.wait_idle(stub.LATEST)
    assert not handled
    assert not faults


def test_stopping(serve: Serve) -> None:
    ended: list[bool] = []
    server = serve(lambda session: ended.append(session.wait_for_hangup(stub.LATEST)))
    peer = offer(server)
    assert stub.until(lambda: UUID in server.sessions)
    gevent.spawn(server.stop, 0.05)
    assert peer.commands()[-1] == "EOF"
    assert server.wait_idle(stub.LATEST)
    assert ended == [True]
    with pytest.raises(OSError):
        socket.create_connection(server.address)

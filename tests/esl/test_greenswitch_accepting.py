"""How greenswitch 0.0.19 takes an offered call, and how we do."""

from __future__ import annotations

import socket as plain_socket
import time
from statistics import median
from typing import Any

import gevent
from gevent import socket
from greenswitch import esl

from controller.esl.server import Server
from controller.esl.session import Session
from tests.esl import stub
from tests.esl.stub import UUID, Peer, reply


def offer(address: tuple[str, int]) -> Peer:
    return Peer(socket.create_connection(address))


def accept_with_greenswitch(sock: Any) -> Any:
    """What greenswitch's server does with a connection; the exception that leaves it."""
    server = esl.OutboundESLServer(application=object)
    accepting = gevent.spawn(server._accept_call, esl.OutboundSession(("127.0.0.1", 1), sock))
    return stub.outcome(accepting)


def accept_with_ours(say: bytes | None) -> list[Session]:
    """The sessions that were handled when FreeSWITCH says this (None: nothing, and is gone) instead of a call."""
    handled: list[Session] = []
    server = Server(("127.0.0.1", 0), handled.append)
    server.start()
    peer = offer(server.address)
    if say is not None:
        peer.command()
        peer.say(say)
    peer.end()
    assert stub.until(lambda: server.offers == 1)
    assert server.wait_idle(stub.LATEST)
    server.stop()
    return handled


def test_gone_before_connect_is_sent(faults: list[BaseException]) -> None:
    sock, peer = stub.pair()
    session = esl.OutboundSession(("127.0.0.1", 1), sock)
    peer.end()
    session._receive_events_greenlet.join(stub.LATEST)
    accepting = gevent.spawn(esl.OutboundESLServer(application=object)._accept_call, session)
    assert isinstance(stub.outcome(accepting), esl.NotConnectedError)
    faults.clear()
    assert accept_with_ours(None) == []
    assert not faults


def test_cancelled_before_the_call_is_taken(faults: list[BaseException]) -> None:
    """FreeSWITCH sends its notice instead of the call (recorded in 04z)."""
    (goodbye,) = [frame for frame in stub.frames("04z_gone_before_connect")["outbound"] if b"disconnect" in frame][:1]
    sock, peer = stub.pair()
    peer.say(goodbye)
    gone = accept_with_greenswitch(sock)
    assert isinstance(gone, esl.OutboundSessionHasGoneAway | esl.NotConnectedError)
    faults.clear()
    assert accept_with_ours(goodbye) == []
    assert not faults


def test_a_second_connection_for_the_same_call() -> None:
    """Whatever closes the older one, by `exit` or by closing, makes FreeSWITCH end the park of the newer one."""

    class App:
        def __init__(self, session: Any) -> None:
            pass

        def run(self) -> None:
            pass

    sock, peer = stub.pair()
    server = esl.OutboundESLServer(application=App)
    gevent.spawn(server._accept_call, esl.OutboundSession(("127.0.0.1", 1), sock))
    peer.command()
    peer.say(stub.offered(variable_uuid=UUID))
    assert peer.commands()[0] == "exit"  # its application is done, the call is not

    handled: list[Session] = []
    server = Server(("127.0.0.1", 0), handled.append)
    server.start()
    older, newer = take(server), take(server)
    assert older.commands() == ["noevents"]
    assert newer.commands() == []
    assert server.sessions == {UUID: handled[1]}
    assert [session.superseded for session in handled] == [True, False]
    older.say(reply(), stub.notice("linger"))  # now the call has ended
    assert older.commands() == ["exit"]
    server.stop()


def take(server: Server) -> Peer:
    """Offer the call, and let it be taken."""
    peer = offer(server.address)
    peer.command()
    peer.say(stub.offered(variable_uuid=UUID), reply(), reply(), reply())
    assert [peer.command().split()[0] for _ in range(3)] == ["linger", "myevents", "event"]
    return peer


def test_an_offer_is_taken_at_once() -> None:
    """greenswitch looks for offers ten times a second."""
    with plain_socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    slow = esl.OutboundESLServer("127.0.0.1", port, application=object)
    listening = gevent.spawn(slow.listen)
    assert stub.until(lambda: slow._running)
    quick = Server(("127.0.0.1", 0), lambda session: None)
    quick.start()
    theirs, ours = seconds_until_connect(("127.0.0.1", port)), seconds_until_connect(quick.address)
    assert theirs > 0.05
    assert ours < theirs / 3
    slow.stop()
    listening.join(1)
    quick.stop()


def seconds_until_connect(address: tuple[str, int]) -> float:
    taken = []
    for _ in range(5):
        begun = time.monotonic()
        peer = offer(address)
        peer.command()
        taken.append(time.monotonic() - begun)
        peer.end()
    return median(taken)

"""200,000 broken frames: each gives packets or ends the connection, nobody waits for ever, and nothing grows."""

from __future__ import annotations

import random
import resource
import time
from typing import Any

import gevent
import pytest
from gevent import socket
from gevent.event import AsyncResult

from controller.esl.errors import EslError
from controller.esl.event import Event
from controller.esl.hardened import Connection
from controller.esl.reader import Reader
from tests.esl import stub
from tests.esl.stub import answer, as_json, as_plain, notice, offered, reply

FRAMES = 200_000
IN_A_ROW = 20  # frames on one connection
LONGEST = 60.0  # seconds of our own work: other programs do not make it longer
GROWTH = 32 << 20  # bytes


def corpus() -> list[bytes]:
    recorded = [frame for frame in stub.frames("02f_json_outbound")["outbound"] if len(frame) < 4000]
    recorded += [frame for frame in stub.frames("01b_bgapi")["inbound"] if len(frame) < 4000]
    own = [
        reply(), reply("-ERR no"), answer("+OK\n"), offered(), notice(), notice("linger"),
        as_json("BACKGROUND_JOB", {"Job-UUID": "job"}, "+OK"),
        as_plain("BACKGROUND_JOB", {"Job-UUID": "job"}, b"a: b\n"),
        as_json("CHANNEL_EXECUTE_COMPLETE", {"Application-UUID": "key"}),
        b"Content-Type: auth/request\n\n", b"Content-Type: text/rude-rejection\nContent-Length: 3\n\nno\n",
        b"Content-Type: log/data\nContent-Length: 2\n\nhi",
    ]  # fmt: skip
    return own * 3 + recorded


PIECES = [
    *(b"\n", b"\n\n", b"\r", b"\0", b":", b": ", b"%0A", b"%", b"\xe9", b"\xff\xfe", b"\xed\xa0\x80"),
    *(b"{", b"}", b'"', b"[[[[", b"-1", b"99999999999999", b"_body", b'"Unique-ID":null'),
    *(b"Content-Length: 5\n", b"Content-Length: -5\n", b"Content-Type: text/event-json\n", b"Event-Name: X\n"),
    b'{"Event-Name":[1,{}]}',
]


def broken(chance: random.Random, frame: bytes, others: list[bytes]) -> bytes:
    """A frame with one to four wounds."""
    data = bytearray(frame)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0 if place < len(data):
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randint(1, 30)]
            case 2:
                data[place:place] = chance.choice(PIECES)
            case 3:
                data[place:place] = data[place : place + chance.randint(1, 40)]
            case 4:
                del data[place:]
            case 5:
                other = chance.choice(others)
                data[place:] = other[chance.randrange(len(other)) :]
            case _:
                swap = chance.choice([b"0", b"1", b"7", b"-", b"31", b"600000"])
                data = bytearray(bytes(data).replace(b"Length: ", b"Length: " + swap, 1))
    return bytes(data)


def converse(fd: Any, chance: random.Random, frames: list[bytes]) -> tuple[int, bool]:
    """Feed one connection; how many frames it took, and whether it survived. Whoever waited on it has been told."""
    connection = Connection()
    connection.connected = True
    heard: list[Event] = []
    connection.register_handle("*", heard.append)
    waiters: list[Any] = [AsyncResult() for _ in range(5)]
    connection._commands_sent = waiters[:4]
    connection._jobs = {"job": waiters[4]}
    reader = connection._reader = Reader(fd, connection._take, connection._lose)
    taken = 0
    while connection.connected and taken < IN_A_ROW:
        taken += 1
        data = broken(chance, chance.choice(frames), frames)
        cut = chance.randrange(len(data) + 1)
        for part in (data[:cut], data[cut:]):
            if part and connection.connected:
                reader.feed(part)
    survived = connection.connected
    connection._lose("end of file")
    for waiter in waiters:
        assert waiter.ready()
        assert waiter.exception is None or isinstance(waiter.exception, EslError)
    assert connection.lost_because != "a fault of ours"
    return taken, survived


def converse_long(fd: Any, chance: random.Random, frames: list[bytes], count: int) -> int:
    """Feed so many broken frames, on as many connections as it takes; how many of those survived."""
    survivors = fed = 0
    while fed < count:
        taken, survived = converse(fd, chance, frames)
        fed += taken
        survivors += survived
        gevent.sleep(0)  # let the handles run
    return survivors


@pytest.mark.slow
def test_broken_frames(faults: list[BaseException], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")
    chance = random.Random(20261123)
    frames = corpus()
    one, other = socket.socketpair()
    converse_long(one, chance, frames, 2000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    survivors = converse_long(one, chance, frames, FRAMES)
    assert time.process_time() - begun < LONGEST
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < GROWTH
    assert not faults
    assert survivors
    one.close()
    other.close()


def test_a_fault_of_ours_wakes_those_who_wait(call: tuple[Any, stub.Peer], monkeypatch: pytest.MonkeyPatch) -> None:
    session, peer = call
    asking = gevent.spawn(session.send, "api status")
    peer.command()
    monkeypatch.setattr("controller.esl.hardened.read_event", lambda packet: 1 / 0)
    peer.say(as_json("HEARTBEAT"))
    failed = stub.outcome(asking)
    assert isinstance(failed, EslError)
    assert "a fault of ours" in str(failed)

"""What greenswitch 0.0.19 makes of the bytes, and what we do: each scenario is run against both."""

from __future__ import annotations

from typing import Any

import gevent
import pytest

from controller.esl.errors import SessionGone
from tests.esl import stub
from tests.esl.stub import UUID, as_json, as_plain, greenswitch_session, our_session, outcome, reply


@pytest.mark.parametrize("conn", ["outbound", "outbound#2", "outbound#3", "outbound#5"])
def test_a_caller_writes_headers(conn: str) -> None:
    """A display name, a From user, an X- header or a folded one with %0A in it (recorded)."""
    frame = stub.recorded_offer("01e_header_injection", conn)

    def data_of(session: Any, peer: stub.Peer, more: bytes = b"") -> dict[str, str]:
        opening = gevent.spawn(session.connect)
        peer.command()
        peer.say(frame, more)
        opening.join(stub.LATEST)
        return dict(session.session_data)

    theirs = data_of(*greenswitch_session(connect=False))
    ours = data_of(*our_session(connect=False), more=reply() * 3)
    assert theirs["variable_admin"].startswith("1")
    assert "variable_admin" not in ours
    assert any("variable_admin: 1" in value for value in ours.values())


def test_a_caller_becomes_another_call() -> None:
    def uuid_of(session: Any, peer: stub.Peer, more: bytes = b"") -> str:
        opening = gevent.spawn(session.connect)
        peer.command()
        injected = b"variable_sip_h_X-Inj: a%0AUnique-ID%3A%2000000000-dead-4000-8000-000000000000\nContent-Type"
        peer.say(stub.offered(variable_uuid=UUID).replace(b"Content-Type", injected), more)
        opening.join(stub.LATEST)
        return str(session.session_data["Unique-ID"])

    assert uuid_of(*greenswitch_session(connect=False)).startswith("00000000-dead")
    assert uuid_of(*our_session(connect=False), more=reply() * 3) == UUID


def heard(session: Any, peer: stub.Peer, *said: bytes) -> list[tuple[str, str, str]]:
    """Which handle heard which event, and the body, once as many were heard as said or it is too late."""
    found: list[tuple[str, str, str]] = []

    def hear_as(name: str) -> Any:
        return lambda event: found.append((name, event.headers.get("Job-UUID", ""), getattr(event, "data", "")))

    for name in ("BACKGROUND_JOB", "CHANNEL_BRIDGE", "HEARTBEAT"):
        session.register_handle(name, hear_as(name))
    peer.say(*said)
    stub.until(lambda: len(found) == len(said))
    return found


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_a_body_that_looks_like_headers(kind: str) -> None:
    body = "Event-Name: CHANNEL_BRIDGE\nJob-UUID: forged\n"
    plain = as_plain("BACKGROUND_JOB", {"Job-UUID": "j"}, body.encode())
    theirs = heard(*greenswitch_session(), plain)
    assert [(name, job) for name, job, _ in theirs] == [("CHANNEL_BRIDGE", "forged")]
    said = plain if kind == "plain" else as_json("BACKGROUND_JOB", {"Job-UUID": "j"}, body)
    assert heard(*our_session(), said) == [("BACKGROUND_JOB", "j", body)]


def test_json_events(faults: list[BaseException]) -> None:
    said = as_json("BACKGROUND_JOB", {"Job-UUID": "j"}), as_plain("HEARTBEAT")
    assert heard(*greenswitch_session(), *said) == []  # deaf for ever
    assert isinstance(faults[0], AttributeError)
    faults.clear()
    assert [name for name, _, _ in heard(*our_session(), *said)] == ["BACKGROUND_JOB", "HEARTBEAT"]
    assert not faults


LATIN = "Andr\xe9".encode("latin-1")


def test_latin_1_in_an_answer(faults: list[BaseException]) -> None:
    def ask(session: Any, peer: stub.Peer) -> Any:
        asking = gevent.spawn(session.send, "api uuid_getvar x caller_id_name")
        peer.command()
        peer.say(stub.answer(LATIN))
        return outcome(asking)

    assert ask(*greenswitch_session()) == "waits"
    assert isinstance(faults[0], UnicodeDecodeError)
    assert ask(*our_session()).body == "Andr\ufffd"


@pytest.mark.parametrize("kind", ["plain", "json"])
def test_latin_1_in_an_event(kind: str, faults: list[BaseException]) -> None:
    plain = as_plain("BACKGROUND_JOB", {"Job-UUID": "j"}, LATIN)
    assert heard(*greenswitch_session(), plain) == []
    assert isinstance(faults[0], UnicodeDecodeError)
    json = as_json("BACKGROUND_JOB", {"Job-UUID": "j", "Caller-Caller-ID-Name": "@"}, "@").replace(b"@", LATIN)
    json = stub.event_frame("json", json.partition(b"\n\n")[2])
    assert heard(*our_session(), plain if kind == "plain" else json) == [("BACKGROUND_JOB", "j", "Andr\ufffd")]


def test_a_header_without_a_value() -> None:
    def headers(session: Any, peer: stub.Peer) -> dict[str, str]:
        asking = gevent.spawn(session.send, "status")
        peer.command()
        peer.say(b"Content-Type: command/reply\nReply-Text: +OK\nEmpty:\nAfter: 1\n\n")
        return dict(outcome(asking).headers)

    assert headers(*greenswitch_session())["Reply-Text"] == "+OK\nEmpty:"
    found = headers(*our_session())
    assert (found["Reply-Text"], found["Empty"], found["After"]) == ("+OK", "", "1")


def test_the_body_of_a_goodbye(faults: list[BaseException]) -> None:
    def bodies(session: Any, peer: stub.Peer) -> list[str]:
        found: list[str] = []
        session.register_handle("DISCONNECT", lambda event: found.append(getattr(event, "data", "")))
        peer.say(stub.notice(), as_plain("HEARTBEAT"))
        stub.until(lambda: found)
        return found

    bodies(*greenswitch_session())
    assert stub.until(lambda: faults)
    assert isinstance(faults[0], AttributeError)  # the body was taken for headers
    faults.clear()
    (body,) = bodies(*our_session())
    assert len(body) == 67
    assert not faults


def test_replies_that_nobody_asked_for() -> None:
    """greenswitch keeps those who left in its list; one reply too many would be the answer to the next command."""

    def next_answer(session: Any, peer: stub.Peer) -> Any:
        peer.say(reply("+OK not yours"))
        session.lost.wait(stub.SOON)
        return outcome(gevent.spawn(session.send, "api status"))

    theirs, peer = greenswitch_session()
    waiting = gevent.spawn(theirs.send, "api status")
    peer.command()
    peer.say(stub.notice("linger"))
    assert isinstance(outcome(waiting), BaseException)
    assert len(theirs._commands_sent) == 1  # whoever asks next is answered one reply late
    assert isinstance(next_answer(*our_session()), SessionGone)

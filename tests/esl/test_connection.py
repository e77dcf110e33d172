"""Commands and their replies, jobs, and handles."""

from __future__ import annotations

from typing import Any

import gevent
import pytest

from controller.esl.connection import Event
from controller.esl.errors import CommandRefused, ConnectionLost, NoReply, SessionGone, Unsafe
from controller.esl.session import Session
from tests.esl import stub
from tests.esl.stub import Peer, answer, as_json, outcome, reply

Call = tuple[Session, Peer]


@pytest.mark.parametrize("line", ["api status\n\napi system id", "a\rb", "a\0b", "a\n", "", "\udce9"])
def test_one_command_stays_one(call: Call, line: str) -> None:
    session, peer = call
    for send in (session.send, session.api, session.bgapi):
        if line or send == session.send:
            with pytest.raises(Unsafe):
                send(line)
    with pytest.raises(Unsafe):
        session.send("sendmsg", fields=[("execute-app-arg", line or "\n")])
    assert peer.commands(0.05) == []


def test_answers_and_refusals(call: Call) -> None:
    session, peer = call
    asked = [gevent.spawn(session.api, command) for command in ("status", "nonsense", "uuid_setvar", "uuid_exists x")]
    assert [peer.command() for _ in asked] == ["api status", "api nonsense", "api uuid_setvar", "api uuid_exists x"]
    peer.say(
        answer("UP 0 years\n"), answer("-ERR nonsense Command not found!\n"), answer("-USAGE: x\n"), answer("true")
    )
    first, second, third, fourth = (outcome(one) for one in asked)
    assert (first, fourth) == ("UP 0 years", "true")
    assert isinstance(second, CommandRefused)
    assert second.reply == "-ERR nonsense Command not found!"
    assert isinstance(third, CommandRefused)


def test_a_reply_that_comes_too_late_answers_nobody_else(call: Call) -> None:
    session, peer = call
    with pytest.raises(NoReply):
        session.api("slow", timeout=0.02)
    asking = gevent.spawn(session.api, "quick")
    assert [peer.command(), peer.command()] == ["api slow", "api quick"]
    peer.say(answer("slow"), answer("quick"))
    assert outcome(asking) == "quick"


def test_replies_are_not_decoded(call: Call) -> None:
    session, peer = call
    asking = gevent.spawn(session.send, "filter x")
    peer.command()
    peer.say(reply("+OK 100%25 %0Afilter"))
    assert outcome(asking).body == "+OK 100%25 %0Afilter"


def test_a_job(call: Call) -> None:
    session, peer = call
    working = gevent.spawn(session.bgapi, "originate x", 2.0, "job-1")
    assert peer.expect("bgapi originate x") == {"Job-UUID": "job-1"}
    # The result may even come before the reply.
    peer.say(as_json("BACKGROUND_JOB", {"Job-UUID": "job-1"}, "+OK abc\n"), reply("+OK Job-UUID: job-1"))
    assert outcome(working) == "+OK abc"


def test_a_job_that_fails(call: Call) -> None:
    session, peer = call
    working = gevent.spawn(session.bgapi, "originate x")
    job = peer.expect("bgapi")["Job-UUID"]
    peer.say(reply(), as_json("BACKGROUND_JOB", {"Job-UUID": "other"}, "+OK"))
    peer.say(as_json("BACKGROUND_JOB", {"Job-UUID": job}, "-ERR USER_BUSY\n"))
    refused = outcome(working)
    assert isinstance(refused, CommandRefused)
    assert refused.reply == "-ERR USER_BUSY"


def test_a_job_whose_connection_ends(call: Call) -> None:
    session, peer = call
    working = gevent.spawn(session.bgapi, "originate x")
    peer.command()
    peer.say(reply(), stub.notice())
    assert isinstance(outcome(working), SessionGone)
    assert session.lost_because == "Disconnected, goodbye."
    with pytest.raises(ConnectionLost):
        session.api("status")


def test_half_a_command_ends_the_connection(call: Call) -> None:
    """A writer was interrupted: what came next would be read as the rest of its command."""
    session, peer = call
    writing = gevent.spawn(session.send, "api echo " + "x" * 8_000_000)
    assert stub.until(lambda: session._lock.locked())
    waiting = gevent.spawn(session.send, "api status")
    gevent.sleep(0)
    writing.kill()
    assert isinstance(outcome(waiting), SessionGone)
    assert not session.connected


def test_handles_hear_in_order_and_fail_alone(call: Call) -> None:
    session, peer = call
    heard: list[str] = []

    def fail(event: Event) -> None:
        raise ValueError

    session.register_handle("DTMF", fail)
    session.register_handle("DTMF", lambda event: heard.append(event.get("DTMF-Digit")))
    session.register_handle("sofia::register", lambda event: heard.append(event.subclass))
    session.register_handle("*", lambda event: heard.append(event.name))
    peer.say(*(as_json("DTMF", {"DTMF-Digit": digit}) for digit in "123"))
    peer.say(as_json("CUSTOM", {"Event-Subclass": "sofia::register"}), as_json("TALK"))
    assert stub.until(lambda: len(heard) == 5)
    assert heard == ["1", "2", "3", "sofia::register", "TALK"]
    assert session._process_events_greenlet is None


def test_a_slow_handle_drops_the_live_feed_only(call: Call) -> None:
    session, peer = call
    session.queue_limit = 10
    going_on = gevent.event.Event()
    heard: list[str] = []

    def slow(event: Event) -> None:
        going_on.wait(stub.LATEST)
        heard.append(event.name)

    session.register_handle("*", slow)
    names = ["CHANNEL_CALLSTATE"] * 30 + ["DTMF", "CHANNEL_BRIDGE", "CHANNEL_EXECUTE_COMPLETE"] * 5 + ["TALK"]
    peer.say(*(as_json(name) for name in names))
    asking = gevent.spawn(session.api, "status")  # the reader itself waits for nobody
    peer.command()
    peer.say(answer("UP"))
    assert outcome(asking) == "UP"
    going_on.set()
    assert stub.until(lambda: "CHANNEL_EXECUTE_COMPLETE" in heard and session._process_events_greenlet is None)
    assert heard.count("DTMF") == heard.count("CHANNEL_BRIDGE") == heard.count("CHANNEL_EXECUTE_COMPLETE") == 5
    assert session.dropped == len(names) - len(heard) > 0


def test_the_end_is_heard_once(call: Call) -> None:
    session, peer = call
    ends: list[Any] = []
    session.register_handle("DISCONNECT", ends.append)
    peer.end()
    assert session.lost.wait(stub.LATEST)
    session.close()
    assert stub.until(lambda: ends)
    assert len(ends) == 1

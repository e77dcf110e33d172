"""A call: applications in order, the hang-up, and what is left to do after it."""

from __future__ import annotations

import gevent
import pytest
from greenswitch import esl

from controller.esl import applications
from controller.esl.applications import Leg
from controller.esl.errors import CallEnded, CommandRefused, Dropped, NoReply, SessionGone, Unsafe
from controller.esl.session import Session
from tests.esl import stub
from tests.esl.stub import UUID, Peer, answer, as_json, outcome, reply

Call = tuple[Session, Peer]
FILE = "/srv/sounds/a.wav"


def completed(key: str, **variables: str) -> bytes:
    named = {f"variable_{name}": value for name, value in variables.items()}
    return as_json(
        "CHANNEL_EXECUTE_COMPLETE", {"Application-UUID": key, "Application-Response": "FILE PLAYED", **named}
    )


def hung_up(name: str = "CHANNEL_HANGUP_COMPLETE", uuid: str = UUID, cause: str = "USER_BUSY") -> bytes:
    return as_json(name, {"Unique-ID": uuid, "Hangup-Cause": cause, "variable_hangup_cause_q850": "17"})


def test_the_classes_are_greenswitchs(call: Call) -> None:
    session, _ = call
    assert isinstance(session, esl.OutboundSession)
    assert issubclass(SessionGone, esl.OutboundSessionHasGoneAway)
    assert issubclass(SessionGone, esl.NotConnectedError)
    session.raise_if_disconnected()
    assert (session.uuid, session.caller_id_number) == (UUID, "5550100")
    session.session_data = None
    assert session.uuid == UUID


def test_an_application(call: Call) -> None:
    session, peer = call
    playing = gevent.spawn(session.execute, applications.playback(FILE), "call-1-3")
    assert peer.expect("sendmsg") == {
        "call-command": "execute",
        "execute-app-name": "playback",
        "Event-UUID": "call-1-3",
        "event-lock": "true",
        "execute-app-arg": FILE,
    }
    peer.say(reply(), completed("another"), completed("call-1-3"))
    assert outcome(playing).get("Application-UUID") == "call-1-3"


def test_applications_in_a_queue(call: Call) -> None:
    session, peer = call
    queued = [session.start(applications.playback(FILE), key) for key in "abc"]
    assert [peer.expect("sendmsg")["Event-UUID"] for _ in queued] == ["a", "b", "c"]
    peer.say(reply() * 3, *(completed(key) for key in "abc"))
    assert [execution.wait(stub.LATEST).get("Application-UUID") for execution in queued] == ["a", "b", "c"]
    with pytest.raises(Unsafe):
        session.start(applications.answer(), "not\na key")


def test_an_application_that_is_refused(call: Call) -> None:
    session, peer = call
    playing = gevent.spawn(session.execute, applications.answer())
    peer.command()
    peer.say(reply("-ERR memory error"))
    assert isinstance(outcome(playing), CommandRefused)


def test_an_application_that_takes_too_long(call: Call) -> None:
    session, peer = call
    with pytest.raises(NoReply):
        session.execute(applications.answer(), "slow", timeout=0.02)
    peer.say(reply(), completed("slow"))
    assert session._executions.all() == []


def test_an_application_when_the_call_ends_without_its_result(call: Call) -> None:
    session, peer = call
    playing = gevent.spawn(session.execute, applications.playback(FILE))
    peer.command()
    peer.say(reply(), hung_up("CHANNEL_HANGUP"), stub.notice("linger"))
    assert stub.until(lambda: session.hung_up)
    assert not playing.ready()  # its result may still come
    peer.say(hung_up())
    ended = outcome(playing)
    assert isinstance(ended, CallEnded)
    assert ended.cause == "USER_BUSY"


def test_the_end_of_another_leg_is_not_ours(call: Call) -> None:
    session, peer = call
    peer.say(hung_up(uuid="99999999-2222-4333-8444-555555555555"), as_json("DTMF"))
    heard: list[object] = []
    session.register_handle("DTMF", heard.append)
    assert stub.until(lambda: heard)
    assert not session.hung_up


def test_the_channel_is_freed_after_the_last_event(call: Call) -> None:
    session, peer = call
    peer.say(hung_up("CHANNEL_HANGUP"))
    assert peer.commands(0.05) == []
    peer.say(hung_up())
    assert peer.command() == "exit"
    ending = session.wait_for_ending(stub.LATEST)
    assert ending is not None
    assert (ending.cause, ending.q850) == ("USER_BUSY", 17)


def test_a_job_is_heard_before_the_channel_is_freed(call: Call) -> None:
    session, peer = call
    working = gevent.spawn(session.bgapi, "status", 2.0, "job")
    peer.command()
    peer.say(reply(), hung_up())
    assert session.ended.wait(stub.LATEST)
    assert peer.commands(0.05) == []
    peer.say(as_json("BACKGROUND_JOB", {"Job-UUID": "job"}, "+OK"))
    assert outcome(working) == "+OK"
    assert peer.command() == "exit"


def test_break_all_spares_what_has_begun(call: Call) -> None:
    session, peer = call
    executions = {key: session.start(applications.playback(FILE), key) for key in ("playing", "next", "late")}
    for _ in executions:
        peer.command()
    peer.say(reply() * 3, as_json("CHANNEL_EXECUTE", {"Application-UUID": "playing"}))
    breaking = gevent.spawn(session.break_all)
    assert peer.command() == f"api uuid_break {UUID} all"
    after = session.start(applications.playback(FILE), "after")
    # "next" had begun just before the break: its event comes just after the reply.
    peer.say(answer("+OK\n"), completed("playing"), reply())
    assert outcome(breaking) is None
    peer.say(as_json("CHANNEL_EXECUTE", {"Application-UUID": "next"}))
    assert executions["playing"].wait(stub.LATEST)
    with pytest.raises(Dropped):
        executions["late"].wait(stub.LATEST)
    peer.say(completed("next"))
    assert executions["next"].wait(stub.LATEST)
    assert not after.done
    peer.say(completed("after"))
    assert after.wait(stub.LATEST)


def test_a_variable_that_holds_anything(call: Call) -> None:
    session, peer = call
    text = '{"a": "it\'s ${system(id)}\\n"}\n'
    storing = gevent.spawn(session.set_variable, "souffleur_checkpoint", text)
    command = peer.command()
    assert command == f"api uuid_setvar {UUID} souffleur_checkpoint " + '{"a": "it\\\'s ${system(id)}\\\\n"}\\n'
    assert not storing.ready()  # the reply is awaited
    peer.say(answer("+OK\n"))
    assert outcome(storing) is None


def test_a_variable_of_a_call_that_has_just_ended(call: Call) -> None:
    session, peer = call
    storing = gevent.spawn(session.set_variable, "a", "1")
    peer.command()
    peer.say(answer("-ERR No such channel!\n"))
    assert isinstance(outcome(storing), CallEnded)


def test_several_plain_variables(call: Call) -> None:
    session, peer = call
    storing = gevent.spawn(session.set_variables, {"a": "1", "b": "x/y"})
    assert peer.command() == f"api uuid_setvar_multi {UUID} a=1;b=x/y"
    peer.say(answer("+OK\n"))
    assert outcome(storing) is None
    with pytest.raises(Unsafe):
        session.set_variables({"a": "1;b=2"})


def test_answering_at_once(call: Call) -> None:
    session, peer = call
    answering = gevent.spawn(session.answer_now)
    assert peer.command() == f"api uuid_answer {UUID}"
    peer.say(answer("-ERR No such channel!\n"))
    assert isinstance(outcome(answering), CallEnded)


def test_a_call_that_cannot_be_answered_is_hung_up(call: Call) -> None:
    """FreeSWITCH 1.11.1 says -ERROR when it is about to end, or when there is no sound that both sides know."""
    session, peer = call
    answering = gevent.spawn(session.answer_now)
    assert peer.command() == f"api uuid_answer {UUID}"
    peer.say(answer("-ERROR\n"))
    assert peer.command() == f"api uuid_kill {UUID} NORMAL_TEMPORARY_FAILURE"
    peer.say(answer("+OK\n"))
    assert isinstance(outcome(answering), CallEnded)


def test_hanging_up_twice(call: Call) -> None:
    session, peer = call
    first = gevent.spawn(session.hangup, "USER_BUSY")
    assert peer.command() == f"api uuid_kill {UUID} USER_BUSY"
    peer.say(answer("+OK\n"), hung_up())
    assert outcome(first) is None
    session.hangup()
    assert peer.commands(0.05) == ["exit"]


def test_killing_another_leg(call: Call) -> None:
    session, peer = call
    killing = gevent.spawn(session.kill, "agent-1", "ORIGINATOR_CANCEL")
    assert peer.command() == "api uuid_kill agent-1 ORIGINATOR_CANCEL"
    peer.say(answer("-ERR No such channel!\n"))
    assert outcome(killing) is False


def test_greenswitchs_verbs(call: Call) -> None:
    session, peer = call

    def told(verb: str, *arguments: object, **named: object) -> tuple[str, str]:
        done = gevent.spawn(getattr(session, verb), *arguments, **named)
        fields = peer.expect("sendmsg")
        peer.say(reply(), completed(fields["Event-UUID"], pin="42"))
        done.get(timeout=stub.LATEST)
        told_back.append(done.value)
        return fields["execute-app-name"], fields.get("execute-app-arg", "")

    told_back: list[object] = []
    assert told("answer") == ("answer", "")
    assert told("park") == ("park", "")
    assert told("playback", FILE) == ("playback", FILE)
    assert told("bridge", "sofia/gateway/a/1") == ("bridge", "sofia/gateway/a/1")
    assert told("call_command", "sleep", "100", True) == ("sleep", "100")
    collected = told("play_and_get_digits", 1, 4, 1, 5000, "#", FILE, FILE, "pin", "\\d+", 2000)
    assert collected[1].startswith(f"1 4 1 5000 # {FILE} {FILE} pin ")
    assert told_back[-1] == "42"
    for argument in ("${system(id)}", "a\nb", "%[a=1]x"):
        with pytest.raises(Unsafe):
            session.call_command("playback", argument)
    with pytest.raises(Unsafe):
        session.call_command("system", "id")


def test_a_stranger_in_a_dial_string(call: Call) -> None:
    session, peer = call
    name = "Eve%0Aexecute-app-name: system ${system(id)}"
    with pytest.raises(Unsafe):
        applications.bridge([Leg.phone("101", "a.b", caller_name=name)])
    from controller.esl.arguments import safe_name

    session.start(applications.bridge([Leg.phone("101", "a.b", caller_name=safe_name(name))]))
    assert (
        "origination_caller_id_name=Eve 0Aexecute-app-name system system id]"
        in peer.expect("sendmsg")["execute-app-arg"]
    )


def test_a_tap_is_begun_and_ended(call: Call) -> None:
    session, peer = call
    started = gevent.spawn(session.tap, "/dev/shm/x.raw", "caller")
    assert peer.command().startswith(f"api uuid_record {UUID} start /dev/shm/x.raw 0 {{")
    peer.say(answer("+OK Success\n"))
    started.get(timeout=5)
    stopped = gevent.spawn(session.stop_tap, "/dev/shm/x.raw")
    assert peer.command() == f"api uuid_record {UUID} stop /dev/shm/x.raw"
    peer.say(answer("-ERR Cannot stop record session!\n"))
    assert stopped.get(timeout=5) is False


def test_a_call_that_is_gone_has_no_tap(call: Call) -> None:
    session, peer = call
    started = gevent.spawn(session.tap, "/dev/shm/x.raw", "caller")
    peer.command()
    peer.say(answer("-ERR Cannot locate session!\n"))
    with pytest.raises(CallEnded):
        started.get(timeout=5)
    peer.say(hung_up())
    assert session.wait_for_hangup(5)
    assert session.stop_tap("/dev/shm/x.raw") is False
    with pytest.raises(CallEnded):
        session.check()

"""How long greenswitch 0.0.19 waits, and how long we do: each scenario is run against both."""

from __future__ import annotations

from typing import Any

import gevent
import pytest
from greenswitch import esl

from controller.esl.errors import CallEnded, Dropped, SessionGone
from tests.esl import stub
from tests.esl.stub import UUID, as_json, as_plain, greenswitch_session, our_session, outcome, reply

FILE = "/srv/sounds/long.wav"


def completed(key: str, **more: str) -> dict[str, str]:
    """The headers of a CHANNEL_EXECUTE_COMPLETE of playback."""
    named = {"Application": "playback", "Application-UUID": key, "variable_current_application": "playback"}
    return {**named, "Application-Response": "FILE PLAYED", **more}


def begin_playback(session: Any, peer: stub.Peer) -> tuple[gevent.Greenlet, str]:
    """A blocking playback under way, and its key ("" where none is sent)."""
    playing = gevent.spawn(session.playback, FILE)
    key = peer.expect("sendmsg").get("Event-UUID", "")
    peer.say(reply())
    return playing, key


def test_two_playbacks_on_one_call() -> None:
    """FreeSWITCH runs the second inside the first, and it completes first."""

    def ends(session: Any, peer: stub.Peer, event: Any) -> list[str]:
        first, one = begin_playback(session, peer)
        second, other = begin_playback(session, peer)
        peer.say(event("CHANNEL_EXECUTE_COMPLETE", completed(other or "B")))
        stub.until(lambda: first.ready() or second.ready())
        early = ["first" if first.ready() else "", "second" if second.ready() else ""]
        peer.say(event("CHANNEL_EXECUTE_COMPLETE", completed(one or "A")))
        assert {one or "A", other or "B"} == {outcome(it).headers["Application-UUID"] for it in (first, second)}
        return [name for name in early if name]

    assert ends(*greenswitch_session(), as_plain) == ["first"]
    assert ends(*our_session(), as_json) == ["second"]


def test_queued_applications_thrown_away() -> None:
    """After `uuid_break all` FreeSWITCH says nothing more about those it threw away."""
    theirs, peer = greenswitch_session()
    playing, _ = begin_playback(theirs, peer)
    breaking = gevent.spawn(theirs.uuid_break)
    peer.command()
    peer.say(stub.answer("+OK\n"))
    outcome(breaking)
    assert outcome(playing) == "waits"

    ours, peer = our_session()
    running, key = begin_playback(ours, peer)
    peer.say(as_json("CHANNEL_EXECUTE", {"Application-UUID": key}))
    queued, _ = begin_playback(ours, peer)
    breaking = gevent.spawn(ours.break_all)
    assert peer.command() == f"api uuid_break {UUID} all"
    peer.say(stub.answer("+OK\n"), as_json("CHANNEL_EXECUTE_COMPLETE", completed(key)))
    assert outcome(breaking) is None
    assert outcome(running).headers["Application-UUID"] == key
    assert isinstance(outcome(queued), Dropped)


def test_the_caller_hangs_up_during_a_playback() -> None:
    """The playback ends well in both; only we say afterwards that there is nobody left to play to."""

    def after(session: Any, peer: stub.Peer, event: Any) -> tuple[str, Any]:
        playing, key = begin_playback(session, peer)
        gone = {"Hangup-Cause": "NORMAL_CLEARING"}
        peer.say(event("CHANNEL_HANGUP", gone))
        peer.say(event("CHANNEL_EXECUTE_COMPLETE", completed(key, **{"Application-Response": "PLAYBACK ERROR"})))
        response = outcome(playing).headers["Application-Response"]
        again = gevent.spawn(session.playback, FILE)
        return response, outcome(again)

    assert after(*greenswitch_session(), as_plain) == ("PLAYBACK ERROR", "waits")
    response, again = after(*our_session(), as_json)
    assert response == "PLAYBACK ERROR"
    assert isinstance(again, CallEnded)
    assert again.cause == "NORMAL_CLEARING"


def test_end_of_file_during_a_playback() -> None:
    def when_it_dies(session: Any, peer: stub.Peer) -> Any:
        playing, _ = begin_playback(session, peer)
        peer.end()
        return outcome(playing)

    assert when_it_dies(*greenswitch_session()) == "waits"
    assert isinstance(when_it_dies(*our_session()), SessionGone)


def test_end_of_file_before_a_reply() -> None:
    def when_it_dies(session: Any, peer: stub.Peer) -> Any:
        asking = gevent.spawn(session.send, "api status")
        peer.command()
        peer.end()
        return outcome(asking)

    assert when_it_dies(*greenswitch_session()) == "waits"
    assert isinstance(when_it_dies(*our_session()), SessionGone)


def test_end_of_file_before_the_call_is_taken() -> None:
    def when_it_dies(session: Any, peer: stub.Peer) -> Any:
        opening = gevent.spawn(session.connect)
        peer.command()
        peer.end()
        return outcome(opening)

    assert when_it_dies(*greenswitch_session(connect=False)) == "waits"
    assert isinstance(when_it_dies(*our_session(connect=False)), SessionGone)


@pytest.mark.parametrize("order", ["notice first", "result first"])
def test_a_linger_notice_before_the_last_results(order: str) -> None:
    """FreeSWITCH says that it lingers before it says how the application ended (recorded in 03a)."""

    def ends(session: Any, peer: stub.Peer, event: Any) -> Any:
        playing, key = begin_playback(session, peer)
        result = event("CHANNEL_EXECUTE_COMPLETE", completed(key))
        if order == "notice first":
            peer.say(stub.notice("linger"))
            stub.until(lambda: session._lingering and not getattr(session, "_esl_event_queue", None))
        peer.say(result)
        return outcome(playing)

    theirs = ends(*greenswitch_session(), as_plain)
    assert isinstance(theirs, esl.OutboundSessionHasGoneAway) == (order == "notice first")
    assert ends(*our_session(), as_json).headers["Application-Response"] == "FILE PLAYED"


def test_a_big_command_to_a_slow_reader() -> None:
    """Every byte arrives, in one piece, however slowly FreeSWITCH reads."""
    session, peer = our_session()
    text = "x" * 2_900_000
    asking = gevent.spawn(session.send, f"api echo {text}")
    other = gevent.spawn(session.send, "api status")
    assert peer.command() == f"api echo {text}"
    assert peer.command() == "api status"
    peer.say(stub.answer("one"), stub.answer("two"))
    assert [outcome(asking).body, outcome(other).body] == ["one", "two"]


def test_an_idle_call_has_nothing_to_do() -> None:
    """greenswitch wakes up every second for every call; an idle call of ours has neither greenlet nor timer."""
    theirs, _ = greenswitch_session()
    assert not theirs._process_events_greenlet.ready()
    assert not theirs._receive_events_greenlet.ready()
    ours, _ = our_session()
    assert ours._process_events_greenlet is None
    assert not hasattr(ours, "_receive_events_greenlet")

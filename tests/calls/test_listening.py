"""A call listens: words stop the prompt, keys as well, and what was said is heard once. tests/real runs the same.

The speech process is a stand-in that hears what a test says; tests/calls/test_recognised.py has the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from controller.calls import recognition
from controller.flow.commands import Utterance
from tests.calls.houses_made import music
from tests.calls.listening_node import HEARD, known, make
from tests.calls.live import Live
from tests.calls.speech_stand_in import StandIn, Stream
from tests.outside import Person

NUMBER = "+33987100001"
Calls = Callable[..., Person]


@pytest.fixture(autouse=True)
def known_node() -> Iterator[None]:
    with known():
        yield


@pytest.fixture
def speech(live: Live) -> Iterator[StandIn]:
    made = StandIn(live.settings.speech_socket).open()
    yield made
    made.close()


@pytest.fixture
def tone(tmp_path: Path) -> str:
    music(tmp_path / "tone.wav", 3.0)
    return str(tmp_path / "tone.wav")


@pytest.fixture
def call(live: Live, speech: StandIn, tmp_path: Path) -> Calls:
    """Place a call to a node with these fields."""

    def place(**fields: Any) -> Person:
        live.load(make(tmp_path / "houses", {NUMBER: fields}))
        return live.outside.from_trunk(NUMBER)

    return place


def ended(live: Live, caller: Person, within: float = 15.0) -> Utterance:
    """How the listening ended, once the call has; the tap is gone then."""
    assert caller.has_ended(within)
    assert live.path(live.record()) == ["hear", HEARD[-1].ended]
    assert live.record().problem == ""
    assert list(live.settings.tap_dir.iterdir()) == []
    return HEARD[-1]


def grows(live: Live, stream: Stream) -> None:
    """The tap holds sound by now."""
    live.until(lambda: stream.file.exists() and stream.file.stat().st_size > 3200)


def test_words_stop_the_prompt_and_are_heard(live: Live, speech: StandIn, call: Calls, tone: str) -> None:
    caller = call()
    assert caller.hears_something()
    caller.says(tone)
    stream = speech.next()
    grows(live, stream)
    assert (stream.request["channels"], stream.request["pause"]) == (1, 0.8)
    assert stream.request["sides"][0]["language"] == "en"
    assert stream.request["sides"][0]["grammar"] is None
    stream.tells("voice", at=0.2)
    stream.partial("my order")
    assert caller.hears_nothing()
    stream.final("my order is late", 0.3, 1.5, 0.9)
    heard = ended(live, caller)
    assert (heard.text, heard.ended, heard.certainty, heard.seconds) == ("my order is late", "speech", 0.9, 1.2)
    assert heard.prompt_heard
    assert heard.at.startswith("20")
    assert stream.closed.wait(5)


def test_the_phrases_alone_are_understood(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(phrases=["Yes", "no"])
    stream = speech.next()
    assert stream.request["sides"][0]["grammar"] == ["yes", "no"]
    assert caller.hears_something()
    stream.partial("[unk]")
    stream.final("[unk]")  # somebody talks in the background
    stream.partial("yes")  # which would be a backchannel, if it were not asked for
    assert caller.hears_nothing()
    stream.final("yes")
    assert ended(live, caller).text == "yes"


def test_a_backchannel_lets_the_prompt_go_on(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(prompt="short", silence=1.0)
    stream = speech.next()
    stream.partial("uh huh")
    stream.final("uh huh")
    heard = ended(live, caller)
    assert (heard.text, heard.ended) == ("", "silence")


def test_a_false_start_takes_the_prompt_up_again(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call()
    stream = speech.next()
    assert caller.hears_something()
    stream.partial("hello")
    assert caller.hears_nothing()
    stream.final("")
    assert caller.hears_something(anew=True)
    stream.partial("hello there")
    assert caller.hears_nothing()
    stream.final("hello there")
    assert ended(live, caller).text == "hello there"


def test_without_barge_in_nobody_listens_before_the_prompt_has_ended(
    live: Live, speech: StandIn, call: Calls
) -> None:
    caller = call(prompt="short", barge_in=False)
    assert caller.hears_something()
    stream = speech.next()
    stream.partial("sales")
    stream.final("sales")
    assert ended(live, caller).text == "sales"


def test_nobody_says_anything(live: Live, speech: StandIn, call: Calls) -> None:
    heard = ended(live, call(prompt="short", silence=0.5))
    assert (heard.text, heard.digits, heard.ended, heard.prompt_heard) == ("", "", "silence", True)


def test_without_a_prompt(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(prompt="")
    stream = speech.next()
    stream.final("hello")
    heard = ended(live, caller)
    assert (heard.text, heard.prompt_heard) == ("hello", True)


def test_who_talks_for_ever_is_interrupted(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(prompt="", longest=0.5)
    stream = speech.next()
    stream.tells("voice", at=0.0)
    stream.partial("and then i said")
    assert stream.stopped.wait(5)
    stream.final("and then i said to her")
    stream.ends()
    assert ended(live, caller).text == "and then i said to her"


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_stops_the_prompt_and_ends_the_listening(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call()
    assert caller.hears_something()
    caller.presses("2")
    heard = ended(live, caller)
    assert (heard.digits, heard.ended, heard.text) == ("2", "keys", "")


def test_several_keys_and_a_terminator(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(keys=6, digit_timeout=10.0)
    assert caller.hears_something()
    caller.presses("4711#")
    assert ended(live, caller).digits == "4711"


def test_several_keys_and_then_none(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(keys=6, digit_timeout=0.7)
    assert caller.hears_something()
    caller.presses("12")
    assert ended(live, caller).digits == "12"


def test_keys_after_the_prompt(live: Live, speech: StandIn, call: Calls) -> None:
    """While nothing plays and nobody speaks."""
    caller = call(prompt="", keys=3)
    speech.next()
    caller.presses("123")
    assert ended(live, caller).digits == "123"


def test_a_terminator_alone_means_nothing(live: Live, speech: StandIn, call: Calls) -> None:
    """It was typed after an answer that was complete without it."""
    caller = call(prompt="short", silence=1.0)
    speech.next()
    caller.presses("#")
    assert ended(live, caller).ended == "silence"


def test_keys_mean_nothing_where_none_are_asked_for(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(prompt="short", keys=0, silence=1.0)
    assert caller.hears_something()
    caller.presses("*1")
    assert ended(live, caller).ended == "silence"


# --- nobody listens -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["too_busy", "no_model"])
def test_nobody_listens(live: Live, speech: StandIn, call: Calls, reason: str) -> None:
    caller = call(prompt="short", silence=0.5)
    speech.next().degrades(reason)
    heard = ended(live, caller)
    assert (heard.ended, heard.prompt_heard) == ("deaf", True)


def test_keys_work_where_nobody_listens(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call()
    speech.next().degrades("no_model")
    assert caller.hears_something()
    caller.presses("7")
    heard = ended(live, caller)
    assert (heard.digits, heard.ended) == ("7", "keys")


def test_the_speech_process_is_away_and_comes_back(
    live: Live, speech: StandIn, call: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    assert live.controller
    live.controller.recognition.look()
    speech.close()
    caplog.clear()
    caplog.set_level("INFO", recognition.__name__)
    caller = call(prompt="short", keys=0)
    assert ended(live, caller).ended == "deaf"
    for _ in range(3):
        live.controller.recognition.look()
    speech.open()
    for _ in range(3):
        live.controller.recognition.look()
    assert ["speech is away" in text or "speech is back" in text for text in caplog.messages] == [True, True]


def test_a_restart_of_the_speech_process_goes_unnoticed(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call()
    assert caller.hears_something()
    speech.next()
    speech.close()
    gevent.sleep(0.1)
    speech.open()
    stream = speech.next()
    stream.partial("an operator please")
    assert caller.hears_nothing()
    stream.final("an operator please")
    assert ended(live, caller).text == "an operator please"


def test_a_speech_process_that_does_not_come_back(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call(keys=2)
    assert caller.hears_something()
    speech.next()
    speech.close()
    gevent.sleep(2.5)
    caller.presses("42")
    assert ended(live, caller).digits == "42"


# --- ends -----------------------------------------------------------------------------------------------------------


def test_the_caller_leaves(live: Live, speech: StandIn, call: Calls) -> None:
    caller = call()
    stream = speech.next()
    assert caller.hears_something()
    caller.hangs_up()
    record = live.record()
    assert (live.path(record), record.hung_up_by, record.problem) == (["hear"], "caller", "")
    assert stream.closed.wait(5)
    assert HEARD == []
    live.until(lambda: list(live.settings.tap_dir.iterdir()) == [])


def test_the_call_is_taken_elsewhere_meanwhile(live: Live, speech: StandIn, call: Calls) -> None:
    """An order from outside ends a listening at once."""
    caller = call()
    stream = speech.next()
    assert caller.hears_something()
    [state] = live.calls()
    live.control.ask("POST", f"/v1/calls/{state['call']}/transfer?subscriber=oreille", {"to": "3000"})
    assert stream.closed.wait(5)
    assert caller.has_ended()
    assert live.path(live.record()) == ["hear", "bye"]
    assert list(live.settings.tap_dir.iterdir()) == []

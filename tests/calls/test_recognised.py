"""Callers are understood: human speech in a call, through the real recogniser. tests/real runs the same over RTP."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from speech.client import status
from tests.calls.listening_node import HEARD, make
from tests.calls.live import Live, free_port, running
from tests.calls.test_listening import ended, known_node  # noqa: F401  (a fixture)
from tests.outside import Person
from tests.outside.virtual import VirtualOutside
from tests.speech.process import PROMPTS, SpeechProcess, human, need_model

NUMBER = "+33987100001"
DIGITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
pytestmark = pytest.mark.slow
Calls = Callable[..., Person]


@pytest.fixture(scope="module")
def ears(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechProcess]:
    models = need_model()
    human("vm-intro")
    process = SpeechProcess(tmp_path_factory.mktemp("ears"), free_port(), models, speech_workers="1")
    process.wait()
    yield process
    process.close()


@pytest.fixture
def live(tmp_path: Path, ears: SpeechProcess) -> Iterator[Live]:
    """On the virtual switch at the speed at which people speak."""
    offer = free_port()
    socket = {"SOUFFLEUR_SPEECH_SOCKET": str(ears.socket)}
    with running(VirtualOutside(offer, speed=1.0), tmp_path, offer, free_port(), **socket) as here:
        yield here


@pytest.fixture
def call(live: Live, tmp_path: Path) -> Calls:
    def place(**fields: Any) -> Person:
        live.load(make(tmp_path / "houses", {NUMBER: fields}))
        return live.outside.from_trunk(NUMBER)

    return place


def prompt(name: str) -> str:
    """What a person said."""
    return str(PROMPTS / f"{name}.wav")


def test_words_stop_the_prompt_and_are_understood(live: Live, call: Calls) -> None:
    caller = call()
    assert caller.hears_something()
    caller.says(prompt("vm-intro"))
    assert caller.hears_nothing(5)
    heard = ended(live, caller)
    assert "leave your message after the tone" in heard.text
    assert heard.seconds > 3
    assert heard.certainty > 0.7


def test_a_digit_is_one_of_the_phrases(live: Live, call: Calls) -> None:
    caller = call(phrases=DIGITS)
    assert caller.hears_something()
    caller.says(prompt("digits/7"))
    assert caller.hears_nothing(5)
    assert ended(live, caller).text == "seven"


def test_what_is_none_of_the_phrases_is_told_apart(live: Live, call: Calls) -> None:
    caller = call(prompt="", phrases=["goodbye", "operator"])
    assert caller.is_answered()
    caller.says(prompt("vm-intro"))
    heard = ended(live, caller)
    assert (heard.ended, heard.text.split()[0]) == ("speech", "[unk]")


def test_a_quiet_line_is_silence(live: Live, call: Calls) -> None:
    assert ended(live, call(prompt="short", silence=1.5)).ended == "silence"


def test_a_language_without_a_model_leaves_the_keys(live: Live, call: Calls) -> None:
    caller = call(language="de")
    assert caller.hears_something()
    caller.presses("3")
    assert ended(live, caller).digits == "3"


def test_a_worker_is_killed_while_it_listens(live: Live, call: Calls, ears: SpeechProcess) -> None:
    """The call goes on, and what is said a little later is understood."""
    caller = call()
    assert caller.hears_something()
    live.until(lambda: any(worker["streams"] for worker in status(ears.socket)["workers"]))
    for worker in status(ears.socket)["workers"]:
        if worker["streams"]:
            os.kill(worker["pid"], signal.SIGKILL)
    caller.says(prompt("vm-intro"))
    assert caller.hears_nothing(8)
    assert "message after the tone" in ended(live, caller, 20).text


def test_the_process_is_started_again_while_a_call_listens(live: Live, call: Calls, ears: SpeechProcess) -> None:
    """Longer than a listening waits for it: this call has its keys, the next one is understood."""
    caller = call(keys=2)
    assert caller.hears_something()
    live.until(lambda: any(worker["streams"] for worker in status(ears.socket)["workers"]))
    ears.kill()
    caller.presses("12")
    assert ended(live, caller).digits == "12"
    ears.start()
    ears.wait()
    HEARD.clear()
    other = live.outside.from_trunk(NUMBER)
    assert other.hears_something()
    other.says(prompt("vm-intro"))
    assert other.has_ended(15)
    assert "message after the tone" in HEARD[-1].text

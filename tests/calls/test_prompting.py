"""The sounds of a prompt, one after the other, stopped and taken up; the switch is a script."""

from __future__ import annotations

import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gevent
import pytest

from controller.calls.prompting import Prompting
from controller.esl.applications import Application
from controller.esl.errors import CallEnded, Dropped
from controller.esl.event import Event
from controller.esl.execution import Execution


class Switch:
    """Takes applications and ends them when it is told."""

    def __init__(self) -> None:
        self.queue: list[Execution] = []
        self.arguments: list[str] = []

    def start(self, application: Application, key: str) -> Execution:
        self.arguments.append(application.argument)
        self.queue.append(Execution(key, application))
        return self.queue[-1]

    def ends(self, response: str = "FILE PLAYED") -> None:
        self.queue.pop(0).complete(Event({"Application-Response": response}))
        gevent.sleep(0)

    def break_all(self) -> None:
        self.queue.pop(0).complete(Event({"Application-Response": "FILE PLAYED"}))
        while self.queue:
            self.queue.pop().fail(Dropped("playback"))


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, rate in (("a", 8000), ("b", 16000)):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as sound:
            sound.setparams((1, 2, rate, 0, "NONE", ""))
            sound.writeframes(bytes(rate))
    (tmp_path / "c.mp3").write_bytes(b"")
    return [str(tmp_path / name) for name in ("a.wav", "b.wav", "c.mp3")]


@pytest.fixture
def scene(files: list[str]) -> Any:
    made = SimpleNamespace(now=0.0, ended=[], switch=Switch(), files=files)
    made.prompt = Prompting(made.switch, files, "7", lambda: made.ended.append(made.now), lambda: made.now)
    return made


def test_all_sounds_are_queued_under_names_of_their_own(scene: Any) -> None:
    scene.prompt.play()
    assert scene.switch.arguments == scene.files
    assert [execution.key for execution in scene.switch.queue] == ["7-1", "7-2", "7-3"]
    for _ in scene.files:
        assert scene.ended == []
        scene.switch.ends()
    assert (scene.ended, scene.prompt.playing, scene.prompt.heard) == ([0.0], False, True)


def test_it_goes_on_a_second_before_where_it_was_stopped(scene: Any) -> None:
    scene.prompt.play()
    scene.now = 4.0
    scene.switch.ends()
    scene.now = 7.5
    scene.prompt.stop()
    assert (scene.prompt.playing, scene.ended, scene.switch.queue) == (False, [], [])
    scene.now = 20.0
    scene.prompt.play()
    assert scene.switch.arguments[3:] == [f"{scene.files[1]}@@40000", scene.files[2]]  # 2.5 s at 16 kHz
    assert scene.prompt.playing
    scene.now = 21.0
    scene.prompt.stop()
    scene.prompt.play()
    assert scene.switch.arguments[5:] == [f"{scene.files[1]}@@40000", scene.files[2]]
    for _ in range(2):
        scene.switch.ends()
    assert scene.ended == [21.0]


def test_what_cannot_be_counted_begins_again(scene: Any) -> None:
    scene.prompt.play()
    for _ in range(2):
        scene.switch.ends()
    scene.now = 9.0
    scene.prompt.stop()
    scene.prompt.play()
    assert scene.switch.arguments[3:] == [scene.files[2]]


def test_nothing_was_there_to_be_played(scene: Any) -> None:
    scene.prompt.play()
    for _ in scene.files:
        scene.switch.ends("FILE NOT FOUND")
    assert (scene.ended, scene.prompt.heard) == ([0.0], False)


def test_the_call_ends(scene: Any) -> None:
    scene.prompt.play()
    for execution in scene.switch.queue:
        execution.fail(CallEnded("NORMAL_CLEARING"))
    gevent.sleep(0)
    assert scene.ended == [0.0]
    scene.prompt.close()

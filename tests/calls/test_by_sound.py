"""Conversation tests by sound: the caller speaks out of files, and the real recogniser understands it, or does not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.flow.rehearse import Rehearsed, rehearse
from controller.flow.world import World
from controller.rehearsals.by_sound import BySound
from speech.client import Voice
from tests.calls.live import SAMPLES, free_port
from tests.speech.process import SpeechProcess, need_model

HARBOUR = SAMPLES / "harbour"
GIVEN = {"caller": "+447911123456", "at": "2026-11-23T09:00"}
CORRECTED = [
    {"hear": "sounds/saturday.wav", "text": "saturday", "within": 3, "noise": 20},
    {"hear": "sounds/no-sunday.wav", "text": "no, sunday"},
    {"wait": True},
    {"hear": "sounds/eight-pm.wav", "text": "eight p m", "line": "mulaw"},
    {"hear": "sounds/fifty.wav", "text": "fifty"},
    {"hear": "sounds/fifty.wav", "text": "fifty", "line": "alaw"},
    {"answer": "101"},
]
HANDED_OVER = {
    "path": ["day", "hour", "guests", "person", "end"],
    "variables": {"day": "2026-11-29", "summary": "2026-11-29 20:00", "answered_by": "101"},
    "said": ["We have tables for up to twelve"],
    "within": 60,
}
Play = Callable[..., list[Rehearsed]]
pytestmark = pytest.mark.slow


def world() -> World:
    return World(extensions=["101"], language="en", time_zone="Europe/London", country="GB")


def flow(*tests: dict[str, Any]) -> dict[str, Any]:
    doc: dict[str, Any] = yaml.safe_load((HARBOUR / "flows" / "tables.yaml").read_text())
    doc["start"] = "day"  # who calls is not told that a robot speaks: that takes its time
    return doc | {"tests": [{"name": "t", "given": GIVEN} | test for test in tests]}


@pytest.fixture(scope="module")
def ears(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechProcess]:
    process = SpeechProcess(tmp_path_factory.mktemp("ears"), free_port(), need_model(), speech_workers="1")
    process.wait()
    yield process
    process.close()


@pytest.fixture
def play(ears: SpeechProcess, tmp_path: Path) -> Iterator[Play]:
    voice = Voice(os.environ["SOUFFLEUR_TEST_SOUNDS"] + "/spoken")
    voice.start()
    player = BySound(HARBOUR, world(), voice.speak, ears.socket, tmp_path / "taps")
    yield lambda doc: list(player.play(doc))
    player.close()
    voice.close()


def test_three_values_a_correction_and_a_person(play: Play) -> None:
    """The same test passes by text and by sound."""
    doc = flow({"script": CORRECTED, "expect": HANDED_OVER})
    assert [one.problems for one in rehearse(doc, world())] == [()]
    assert [one.problems for one in play(doc)] == [()]


def test_what_differs_is_said(play: Play) -> None:
    """Words in much noise, slowly answered words, a line without a sound; a test by text alone is not played."""
    drowned = flow()
    drowned["nodes"]["day"] |= {"confirmation": "none", "tries": 1, "exits": {"ok": "end", "failed": "end"}}
    file = {"hear": "sounds/saturday.wav", "text": "saturday"}
    drowned["tests"] = flow(
        {"script": [file], "variants": [{"noise": -10}], "expect": {"variables": {"day": "2026-11-28"}}},
        {"script": [file | {"within": 0.1}]},
        {"script": [{"say": "monday"}]},
    )["tests"]
    well, ill, slow = play(drowned)
    assert well.problems == ()
    assert (ill.name, [problem.code for problem in ill.problems]) == ("t [noise: -10]", ["variable"])
    assert "s after the words, not within 0.1 s" in slow.problems[0].text()
    assert slow.problems[0].field == "tests.1.script.0"

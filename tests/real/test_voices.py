"""Whole calls by voice over RTP: a menu that is interrupted, digits, and a robot that is corrected and hands over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.calls.live import SAMPLES, Live, running
from tests.calls.test_recognised import ears, prompt  # noqa: F401  (a fixture)
from tests.calls.voices import DIGITS, MENU, PASSWORDS, ROBOT, SLUG, make, said
from tests.outside import Person
from tests.outside import real as outside_real
from tests.outside.real import RealOutside
from tests.real.test_calls import outside  # noqa: F401  (a fixture)
from tests.speech.process import SpeechProcess

SOUNDS = SAMPLES / SLUG / "sounds"
SUNDAY = 6
pytestmark = pytest.mark.slow


@pytest.fixture
def live(
    outside: tuple[RealOutside, int, int],  # noqa: F811
    tmp_path: Path,
    ears: SpeechProcess,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Live]:
    for extension, password in PASSWORDS.items():
        monkeypatch.setitem(outside_real.PASSWORDS, f"{extension}@{SLUG}", password)
    real, offer, directory = outside
    with running(real, tmp_path, offer, directory, SOUFFLEUR_SPEECH_SOCKET=str(ears.socket)) as here:
        here.load(make(tmp_path / "houses"))
        yield here


def says(live: Live, caller: Person, node: str, file: Path, interrupts: bool = False) -> None:
    """Answer a question of a node once it listens, in the middle of its words or after them."""
    listening = [{"node": node, "doing": "Listen"}]
    live.until(lambda: [{"node": one["node"], "doing": one["doing"]} for one in live.calls()] == listening, 20)
    before = len(live.events("result"))
    assert caller.hears_something(anew=True)
    if not interrupts:
        assert caller.hears_nothing(20)
    caller.says(str(file))
    live.until(lambda: len(live.events("result")) > before, 20)


def test_a_word_stops_the_menu_and_chooses(live: Live) -> None:
    caller = live.outside.from_trunk(MENU)
    assert caller.hears_something()
    caller.says(prompt("goodbye"))
    assert caller.has_ended(15)  # the menu alone would talk for half a minute
    record = live.record()
    assert (live.path(record), record.problem) == (["menu", "first"], "")


def test_digits_by_voice(live: Live, tmp_path: Path) -> None:
    caller = live.outside.from_trunk(DIGITS)
    assert caller.hears_something()
    assert caller.hears_nothing()
    caller.says(said(tmp_path / "code.wav", ["digits/4", "digits/7", "digits/0", "digits/2"]))
    assert caller.has_ended(20)
    assert live.path(live.record()) == ["digits", "first", "second"]


def test_a_robot_is_corrected_and_hands_over(live: Live) -> None:
    """Saturday; no, Sunday; at eight; a party of fifty, twice: Grace is rung and told what is known."""
    grace = live.outside.phone("101", SLUG, talks=0.3)
    caller = live.outside.from_trunk(ROBOT)
    says(live, caller, "day", SOUNDS / "saturday.wav")
    says(live, caller, "day", SOUNDS / "no-sunday.wav", interrupts=True)
    says(live, caller, "hour", SOUNDS / "eight-pm.wav")
    says(live, caller, "guests", SOUNDS / "fifty.wav")
    says(live, caller, "guests", SOUNDS / "fifty.wav")
    assert caller.has_ended(20)
    record = live.record()
    assert live.path(record) == ["robot", "day", "hour", "guests", "person", "end"]
    (summary,) = grace.told("X-Souffleur-Summary")
    day, hour = summary.split()
    assert hour == "20:00"
    assert grace.told("X-Souffleur-Slot-day") == [day]
    assert date.fromisoformat(day).weekday() == SUNDAY

"""The tone of an answering machine is told from words, keys and music: on a set that is made here, and stated.

Positives: seven pitches, four lengths, three loudnesses, plainly, in noise, through mu-law, after words. Negatives: 150
human sentences (Debian's telephone prompts), chords and melodies with overtones, keys, sirens, tones too short or long.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from controller.rehearsals.sound import coded, in_noise
from speech.client import Request, Side, listen
from speech.recognition.beep import Beep, Beeps
from tests.speech.process import PROMPTS, SpeechProcess, human

Samples = npt.NDArray[np.float32]
RATE = 8000


def tone(pitch: float, seconds: float, loud: float = 0.3, *overtones: float) -> Samples:
    at = np.arange(int(seconds * RATE)) / RATE
    sound = sum(part * np.sin(2 * np.pi * pitch * (n + 1) * at) for n, part in enumerate((1.0, *overtones)))
    edge = np.minimum(1, np.minimum(at, at[::-1]) / 0.005)
    return (loud * edge * sound).astype(np.float32)


def quiet(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.float32)


def prompt(name: str) -> Samples:
    return np.frombuffer(human(name), "<i2").astype(np.float32) / 32768


def heard(*parts: Samples) -> list[Beep]:
    whole = (np.clip(np.concatenate([*parts, quiet(0.3)]), -1, 1) * 32767).astype("<i2").tobytes()
    beeps = Beeps(RATE)
    found = [beeps.hear(whole[at : at + 320]) for at in range(0, len(whole) - 319, 320)]
    return [one for one in found if one]


@pytest.mark.parametrize("pitch", [400, 440, 620, 1000, 1400, 1700, 2100])
def test_tones_of_machines(pitch: float) -> None:
    for seconds, loud in itertools.product((0.2, 0.4, 0.8, 1.5), (0.9, 0.1, 0.01)):
        (found,) = heard(quiet(0.5), tone(pitch, seconds, loud))
        assert found.pitch == pytest.approx(pitch, abs=15)
        assert found.start == pytest.approx(0.5, abs=0.05)
        assert found.end - found.start == pytest.approx(seconds, abs=0.06)


@pytest.mark.parametrize("pitch", [425, 1000, 1850])
def test_tones_on_a_bad_line(pitch: float) -> None:
    assert len(heard(quiet(0.4), in_noise(tone(pitch, 0.5), 12))) == 1
    assert len(heard(quiet(0.4), coded(tone(pitch, 0.5, 0.05), "mulaw"))) == 1


def test_after_a_greeting() -> None:
    for gap in (0.0, 0.2, 1.5):
        greeting = prompt("vm-intro")
        (found,) = heard(greeting, quiet(gap), tone(1000, 0.4))
        assert found.end == pytest.approx(len(greeting) / RATE + gap + 0.4, abs=0.05)


def test_words_are_no_tone() -> None:
    human("vm-intro")
    files = sorted(PROMPTS.glob("*.wav"))[:170]
    names = [file.stem for file in files if "tone" not in file.stem and "beep" not in file.stem][:150]
    assert [name for name in names if heard(prompt(name))] == []


def test_music_is_no_tone() -> None:
    strings = [tone(pitch, 0.4, 0.2, 0.6, 0.4, 0.3) for pitch in (440, 494, 523, 587, 659, 698, 784)]
    chords = [
        tone(one, 1.0) * 0.5 + tone(one * 1.26, 1.0) * 0.5 + tone(one * 1.5, 1.0) * 0.5 for one in (440, 523, 600)
    ]
    assert heard(*strings, *chords) == []


@pytest.mark.parametrize(
    "sound",
    [
        tone(697, 0.3) + tone(1209, 0.3),  # a key
        tone(350, 1.0) + tone(440, 1.0),  # a dial tone of America
        tone(1000, 0.1),
        tone(1000, 3.0),
        tone(200, 0.5),
        tone(3000, 0.5),
        (0.3 * np.sin(2 * np.pi * np.cumsum(np.linspace(500, 1800, 8000)) / RATE)).astype(np.float32),  # a siren
        np.random.default_rng(1).normal(0, 0.1, 8000).astype(np.float32),
    ],
)
def test_other_sounds_are_no_tone(sound: Samples) -> None:
    assert heard(quiet(0.3), sound) == []


def test_the_process_tells_the_tone_after_the_words(ears: SpeechProcess, tmp_path: Path) -> None:
    whole = np.concatenate([prompt("vm-intro"), quiet(0.5), tone(1000, 0.4), quiet(1.0)])
    (tmp_path / "call.raw").write_bytes((whole * 32767).astype("<i2").tobytes())
    told = []
    with listen(ears.socket, Request(tmp_path / "call.raw", (Side("en"),))) as listening:
        listening.stop()
        while (one := listening.next(30)) and one.type != "ended":
            told.append(one)
    (beep,) = [one for one in told if one.type == "beep"]
    assert beep.end == pytest.approx(len(prompt("vm-intro")) / RATE + 0.9, abs=0.05)
    assert any("message" in one.text for one in told if one.type == "final")

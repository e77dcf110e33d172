"""A sound file as it comes over a line: as much noise as is asked for, and the steps of a line's code."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from controller.flow.line import Variant
from controller.rehearsals.sound import RATE, coded, in_noise, loudness, pink, read, spoken
from speech.sound import write

VOICE = (0.3 * np.sin(np.linspace(0, 2000, 8000))).astype(np.float32)


@pytest.mark.parametrize("decibels", [0.0, 10.0, 30.0])
def test_noise_lies_so_many_decibels_below_the_voice(decibels: float) -> None:
    lead = in_noise(VOICE, decibels)[:2400]
    below = 20 * np.log10(loudness(VOICE) / float(np.sqrt(np.mean(lead**2))))
    assert below == pytest.approx(decibels, abs=2.5)  # pink noise wanders


def test_noise_is_the_same_at_each_run() -> None:
    assert np.array_equal(pink(8000), pink(8000))


def test_pauses_are_not_taken_for_a_quiet_voice() -> None:
    paused = np.concatenate([np.zeros(16000, np.float32), VOICE])
    assert loudness(paused) == pytest.approx(loudness(VOICE), rel=0.05)


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_a_code_has_few_steps_and_keeps_the_sound(law: str) -> None:
    heard = coded(VOICE, law)
    assert len(np.unique(heard)) <= 256
    error = np.sqrt(np.mean((heard - VOICE) ** 2)) / np.sqrt(np.mean(VOICE**2))
    assert 0.001 < error < 0.03  # G.711 has about 38 dB
    quiet = coded(VOICE / 300, law) * 300
    assert np.sqrt(np.mean((quiet - VOICE) ** 2)) / np.sqrt(np.mean(VOICE**2)) < 0.25


def test_a_file_of_another_rate_is_heard_at_8_khz(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", np.tile(VOICE, 2), 16000)
    out = spoken(tmp_path / "a.wav", Variant(), tmp_path / "b.wav")
    with wave.open(str(out)) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (RATE, 8000)


def test_one_channel_of_two_is_heard(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "s.wav"), "wb") as sound:
        sound.setparams((2, 2, 8000, 0, "NONE", ""))
        sound.writeframes(np.stack([np.full(80, 1000), np.full(80, -1000)], 1).astype("<i2").tobytes())
    samples, _ = read(tmp_path / "s.wav")
    assert samples == pytest.approx(1000 / 32768)
    assert len(samples) == 80

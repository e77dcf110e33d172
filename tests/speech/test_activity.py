"""Voice is noticed at once, and nothing else is taken for it. Human speech at 8 kHz; noise is made here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from speech.recognition.activity import Activity
from tests.speech.process import RATE, human

Samples = npt.NDArray[np.float64]


def changes(samples: Samples) -> list[tuple[str, float]]:
    data = np.clip(samples, -32768, 32767).astype("<i2").tobytes()
    activity, found = Activity(RATE), []
    for at in range(0, len(data) - activity.frame + 1, activity.frame):
        if change := activity.hear(data[at : at + activity.frame]):
            found.append((change, round(activity.now, 2)))
    return found


def spoken(name: str) -> Samples:
    return np.frombuffer(human(name), dtype="<i2").astype(np.float64)


def quiet(seconds: float) -> Samples:
    return np.zeros(int(RATE * seconds))


@pytest.mark.parametrize("name", ["vm-intro", "hello", "goodbye", "auth-thankyou", "demo-thanks"])
@pytest.mark.parametrize(("loud", "noise"), [(1.0, 0.0), (0.3, 0.0), (1.0, 300.0)])
def test_voice_is_noticed_within_a_quarter_of_a_second(name: str, loud: float, noise: float) -> None:
    said = spoken(name) * loud
    onset = int(np.argmax(np.abs(said) > np.abs(said).max() / 10)) / RATE
    samples = np.concatenate([quiet(1.0), said, quiet(1.0)])
    samples += np.random.default_rng(1).normal(0, noise, len(samples)) if noise else 0.0
    found = changes(samples)
    assert found[0][0] == "voice"
    assert 1.0 + onset - 0.1 <= found[0][1] <= 1.0 + onset + 0.25
    assert found[-1][0] == "quiet"
    assert found[-1][1] == pytest.approx(1.0 + len(said) / RATE + 0.1, abs=0.5)


@pytest.mark.parametrize("level", [0.0, 50.0, 300.0])
def test_noise_is_no_voice(level: float) -> None:
    assert changes(np.random.default_rng(2).normal(0, level, RATE * 30)) == []


def test_a_hum_and_a_click_are_no_voice() -> None:
    time = np.arange(RATE * 10) / RATE
    assert changes(400 * np.sin(2 * np.pi * 50 * time)) == []
    click = quiet(5.0)
    click[8000:8080] = 20000
    assert changes(click) == []

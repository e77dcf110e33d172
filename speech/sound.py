"""Samples: from what a synthesiser gives to what a line carries. Imported in the worker only (numpy, soxr)."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]

_PEAK = 10 ** (-3 / 20)  # -3 dBFS: loud, with room for the codec's overshoot
_SILENCE = 10 ** (-45 / 20)  # of the peak: below it nobody speaks
_BEFORE, _AFTER = 0.03, 0.12  # seconds of silence kept around the words

Samples = npt.NDArray[np.float32]


def read(path: Path) -> tuple[Samples, int]:
    """Read a mono 16-bit WAV as floats in -1..1, and its rate in Hz."""
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return samples.astype(np.float32) / np.float32(32768), file.getframerate()


def prepare(samples: Samples, rate: int, wanted: int) -> Samples:
    """Trim, resample (band-limited) and level samples; empty when there is only silence."""
    trimmed = trim(samples, rate)
    if not len(trimmed):
        return trimmed
    resampled: Samples = soxr.resample(trimmed, rate, wanted, quality="HQ")
    peak = float(np.max(np.abs(resampled), initial=0.0))
    return resampled * np.float32(_PEAK / peak) if peak else resampled[:0]


def trim(samples: Samples, rate: int) -> Samples:
    """Cut long silence off both ends, and leave a breath."""
    loudness = np.abs(samples)
    peak = float(np.max(loudness, initial=0.0))
    if peak < 1e-4:
        return samples[:0]
    (heard,) = np.nonzero(loudness > peak * _SILENCE)
    return samples[max(0, heard[0] - int(_BEFORE * rate)) : heard[-1] + int(_AFTER * rate)]


def write(path: Path, samples: Samples, rate: int) -> None:
    """Write floats in -1..1 as a mono 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())

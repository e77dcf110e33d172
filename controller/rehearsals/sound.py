"""A sound file as it comes over a telephone line: 8 kHz, with noise under the voice, through a line's code.

The noise is pink (as loud in each octave, like the air of a room or a street) and the same at each run; it is as far
below the voice as is asked for, measured where somebody speaks.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr  # type: ignore[import-untyped]

from controller.flow.line import Variant
from speech.sound import write

RATE = 8000
AROUND = 0.3  # seconds of noise before the words and after them
FRAME = 160
QUIET = 10 ** (-30 / 20)  # of the loudest frame: below it nobody speaks
SEED = 1963  # the year that keys replaced dials

Samples = npt.NDArray[np.float32]


def spoken(file: Path, variant: Variant, out: Path) -> Path:
    """Write a file as it is heard over the line. Errors: OSError, wave.Error."""
    samples, rate = read(file)
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE, quality="HQ")
    if variant.noise is not None:
        samples = in_noise(samples, variant.noise)
    if variant.line:
        samples = coded(samples, variant.line)
    write(out, samples, RATE)
    return out


def read(file: Path) -> tuple[Samples, int]:
    """The first channel of a 16-bit WAV as floats in -1..1, and its rate in Hz."""
    with wave.open(str(file), "rb") as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")[:: sound.getnchannels()]
        return samples.astype(np.float32) / np.float32(32768), sound.getframerate()


def in_noise(samples: Samples, decibels: float) -> Samples:
    """Lay noise under a voice, so many dB below it."""
    silence = np.zeros(int(AROUND * RATE), np.float32)
    whole = np.concatenate([silence, samples, silence])
    noise = pink(len(whole))
    scale = np.float32(loudness(samples) / 10 ** (decibels / 20))
    mixed: Samples = whole + noise * scale
    return mixed / np.float32(max(1.0, float(np.max(np.abs(mixed), initial=0.0))))


def loudness(samples: Samples) -> float:
    """The effective value of what is spoken, without the pauses."""
    whole = len(samples) // FRAME * FRAME
    frames = np.sqrt(np.mean(samples[:whole].reshape(-1, FRAME) ** 2, axis=1)) if whole else np.zeros(1, np.float32)
    loud = frames[frames > float(frames.max()) * QUIET]
    return float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0


def pink(count: int) -> Samples:
    """Pink noise of the effective value 1."""
    spectrum = np.fft.rfft(np.random.default_rng(SEED).standard_normal(count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    noise = np.fft.irfft(spectrum, count)
    return (noise / max(1e-9, float(np.sqrt(np.mean(noise**2))))).astype(np.float32)


def coded(samples: Samples, law: str) -> Samples:
    """Through eight bits of G.711 and back: logarithmic steps of loudness, as ISDN and most trunks have them."""
    loud = np.abs(np.clip(samples, -1, 1))
    if law == "mulaw":
        steps = np.round(np.log1p(255 * loud) / np.log(256) * 127) / 127
        back = (256**steps - 1) / 255
    else:
        small = 1 / 87.6
        base = 1 + np.log(87.6)
        curve = np.where(loud < small, 87.6 * loud / base, (1 + np.log(np.maximum(87.6 * loud, 1))) / base)
        steps = np.round(curve * 127) / 127
        back = np.where(steps < 1 / base, steps * base / 87.6, np.exp(steps * base - 1) / 87.6)
    heard: Samples = (np.sign(samples) * back).astype(np.float32)
    return heard

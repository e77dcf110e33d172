"""Uploaded sounds made ready for the telephone: one channel, an even level, at 8 and at 16 kHz."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import soundfile  # type: ignore[import-untyped]
import soxr  # type: ignore[import-untyped]

from conf.problems import N_, Wrong
from conf.sounds import LARGEST

NARROW, WIDE = 8000, 16000  # Hz: a telephone's sound, and a good telephone's
LONGEST = 600.0  # seconds
PEAK = 10 ** (-3 / 20)  # -3 dBFS: loud, with room for the codec's overshoot
SILENT = 1e-4  # of full scale: below it nobody hears anything
RATES = range(4000, 192_001)
CHANNELS = 8
MOST_SAMPLES = 60_000_000  # of all channels: ten minutes of a studio's stereo. A small file may hold far more
_BLOCK = 1 << 16  # frames that are in memory at once, before they are made narrow

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sound:
    """A sound ready to be kept: WAV files at 16 and at 8 kHz, and how long it lasts in seconds."""

    wide: bytes = field(repr=False)
    narrow: bytes = field(repr=False)
    seconds: float


def prepare(content: bytes) -> Sound:
    """Read a WAV, FLAC, Ogg, MP3 or AIFF file; it takes a second or so for ten minutes of sound, whatever the rate.

    Raises Wrong when it is too large or too long, silent, or none of these.
    """
    if len(content) > LARGEST:
        raise Wrong("too_large", N_("the file is larger than {limit} bytes"), limit=LARGEST)
    samples, seconds = _read(content)
    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak < SILENT:
        raise Wrong("silent_sound", N_("nothing can be heard in this sound"))
    levelled = samples * np.float32(PEAK / peak)
    narrow: Samples = soxr.resample(levelled, WIDE, NARROW, quality="HQ")
    return Sound(_wav(levelled, WIDE), _wav(narrow, NARROW), seconds)


def _read(content: bytes) -> tuple[Samples, float]:
    """One channel at the wide rate, and how long it lasts in seconds."""
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate, channels = int(file.samplerate), int(file.channels)
            if rate not in RATES or channels > CHANNELS:
                raise Wrong("not_playable", N_("has {channels} channels at {rate} Hz"), channels=channels, rate=rate)
            return _mixed(file, rate, min(int(LONGEST * rate), MOST_SAMPLES // channels))
    except soundfile.LibsndfileError as error:
        raise Wrong("not_a_sound", N_("is no sound file that can be read: {reason}"), reason=_reason(error)) from None


def _mixed(file: soundfile.SoundFile, rate: int, most: int) -> tuple[Samples, float]:
    """Block by block: an hour of silence is a small file. At most so many frames."""
    narrowed, parts, frames = soxr.ResampleStream(rate, WIDE, 1, dtype="float32", quality="HQ"), [], 0
    while frames <= most:
        block: Samples = file.read(_BLOCK, dtype="float32", always_2d=True)
        frames += len(block)
        is_last = len(block) < _BLOCK
        mixed = np.nan_to_num(block.mean(axis=1, dtype=np.float32)) if len(block) else np.zeros(0, np.float32)
        parts.append(narrowed.resample_chunk(mixed, last=is_last))
        if is_last and frames <= most:
            return np.concatenate(parts), frames / rate
    if most < int(LONGEST * rate):
        raise Wrong("not_playable", N_("has {channels} channels at {rate} Hz"), channels=file.channels, rate=rate)
    raise Wrong("too_long", N_("lasts longer than {limit} minutes"), limit=int(LONGEST // 60))


def _reason(error: soundfile.LibsndfileError) -> str:
    return str(error.error_string).rstrip(".")


def _wav(samples: Samples, rate: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).round().astype("<i2").tobytes())
    return written.getvalue()

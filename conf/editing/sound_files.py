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

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sound:
    """A sound ready to be kept: WAV files at 16 and at 8 kHz, and how long it lasts in seconds."""

    wide: bytes = field(repr=False)
    narrow: bytes = field(repr=False)
    seconds: float


def prepare(content: bytes) -> Sound:
    """Read a WAV, FLAC, Ogg, MP3 or AIFF file; it takes a second or so for ten minutes of sound.

    Raises Wrong when it is too large or too long, silent, or none of these.
    """
    if len(content) > LARGEST:
        raise Wrong("too_large", N_("the file is larger than {limit} bytes"), limit=LARGEST)
    samples, rate = _read(content)
    peak = float(np.max(np.abs(samples), initial=0.0))
    if peak < SILENT:
        raise Wrong("silent_sound", N_("nothing can be heard in this sound"))
    levelled = samples * np.float32(PEAK / peak)
    return Sound(_at(levelled, rate, WIDE), _at(levelled, rate, NARROW), len(samples) / rate)


def _read(content: bytes) -> tuple[Samples, int]:
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate, channels = int(file.samplerate), int(file.channels)
            if rate not in RATES or channels > CHANNELS:
                raise Wrong("not_playable", N_("has {channels} channels at {rate} Hz"), channels=channels, rate=rate)
            most = int(LONGEST * rate)
            read: Samples = file.read(most + 1, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise Wrong("not_a_sound", N_("is no sound file that can be read: {reason}"), reason=_reason(error)) from None
    if len(read) > most:
        raise Wrong("too_long", N_("lasts longer than {limit} minutes"), limit=int(LONGEST // 60))
    mixed: Samples = np.nan_to_num(read.mean(axis=1, dtype=np.float32))
    return mixed, rate


def _reason(error: soundfile.LibsndfileError) -> str:
    return str(error.error_string).rstrip(".")


def _at(samples: Samples, rate: int, wanted: int) -> bytes:
    resampled: Samples = soxr.resample(samples, rate, wanted, quality="HQ")
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(wanted)
        file.writeframes((np.clip(resampled, -1, 1) * 32767).round().astype("<i2").tobytes())
    return written.getvalue()

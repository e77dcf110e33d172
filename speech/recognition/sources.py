"""Where samples come from: a raw file that grows while it is heard, or a whole sound file of any kind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

_AHEAD = 2.0  # seconds read at once
_RATES = (8000, 16000)  # that the models are fed; others are resampled
_BLOCK = 5.0  # seconds of a whole file read at once


class Growing:
    """A raw file of interleaved 16-bit samples, read from where it was to where it is."""

    def __init__(self, file: str, channels: int, rate: int, start: float) -> None:
        """`start`: seconds from its beginning. Raises OSError."""
        self._file = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        self._channels = channels
        self._frame = 2 * channels
        self._most = int(_AHEAD * rate) * self._frame
        self._at = int(start * rate) * self._frame

    def read(self) -> list[bytes]:
        """What came since, a channel each; nothing where nothing came."""
        data = os.pread(self._file, self._most, self._at)
        data = data[: len(data) - len(data) % self._frame]
        if not data:
            return []
        self._at += len(data)
        if self._channels == 1:
            return [data]
        samples = np.frombuffer(data, dtype="<i2").reshape(-1, self._channels)
        return [samples[:, channel].tobytes() for channel in range(self._channels)]

    @property
    def behind(self) -> int:
        """Bytes that are there and not yet read."""
        return max(0, os.fstat(self._file).st_size - self._at)

    def close(self) -> None:
        """Read no more."""
        os.close(self._file)


class Whole:
    """A sound file in pieces of mono samples. Raises ValueError where it is none."""

    def __init__(self, file: str) -> None:
        """Open it; `rate` is what the pieces have."""
        import soundfile  # type: ignore[import-untyped]  # here: a worker that hears calls starts sooner without it

        if not Path(file).is_file():
            raise ValueError("there is no such file")
        try:
            self._file = soundfile.SoundFile(file)
        except soundfile.LibsndfileError:
            raise ValueError("it is not a sound file") from None
        self.rate = self._file.samplerate if self._file.samplerate in _RATES else _RATES[1]

    def pieces(self) -> Iterator[bytes]:
        """Until its end."""
        import soxr  # type: ignore[import-untyped]

        resample = soxr.ResampleStream(self._file.samplerate, self.rate, 1, dtype="int16")
        with self._file:
            for block in self._file.blocks(int(self._file.samplerate * _BLOCK), dtype="int16", always_2d=True):
                mono = block.astype(np.int32).mean(axis=1).astype(np.int16)
                yield (mono if self._file.samplerate == self.rate else resample.resample_chunk(mono)).tobytes()

"""The tone of an answering machine: one pitch, steady, for a moment. Speech has many pitches at once, music too.

Pure: frames in, and a beep is told when it has ended, since a message begins then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FRAME = 0.02  # seconds
SHORTEST, LONGEST = 0.18, 1.55  # seconds
LOWEST, HIGHEST = 380.0, 2150.0  # Hz
WINDOW = 2  # frames that are looked at together: 25 Hz apart
PURE = 0.85  # of the energy lies at one pitch
LOUD = 60.0  # root of the mean square of 16-bit samples
STEADY = 20.0  # Hz that the pitch may wander
LEVEL = 2.0  # times that the loudness may change
GAP = 1  # frames that a line may drop


@dataclass(frozen=True)
class Beep:
    """A tone that has ended: from when to when, in seconds, and its pitch in Hz."""

    start: float
    end: float
    pitch: float


class Beeps:
    """One voice's line. `hear` takes frames of 20 ms."""

    def __init__(self, rate: int, start: float = 0.0) -> None:
        """`start`: seconds from the beginning of what is heard."""
        self._rate = rate
        self._now = start
        self._before = np.zeros(0, np.float32)
        self._pitches: list[float] = []
        self._levels: list[float] = []
        self._began = 0.0
        self._missed = 0

    def hear(self, frame: bytes) -> Beep | None:
        """The beep that has just ended, if one has."""
        self._now += FRAME
        samples = np.frombuffer(frame, dtype="<i2").astype(np.float32)
        both = np.concatenate([self._before, samples])
        self._before = samples
        level = float(np.sqrt(np.mean(samples**2)))
        pitch = self._pitch(both) if level >= LOUD and len(both) == WINDOW * len(samples) else 0.0
        if self._goes_on(pitch, level):
            self._pitches.append(pitch)
            self._levels.append(level)
            self._missed = 0
            return None
        if self._pitches and self._missed < GAP and pitch == 0.0 and level >= LOUD:
            self._missed += 1
            return None
        ended = self._ended()
        self._pitches, self._levels, self._missed = ([pitch], [level], 0) if pitch else ([], [], 0)
        self._began = self._now - WINDOW * FRAME
        return ended

    def _goes_on(self, pitch: float, level: float) -> bool:
        if not pitch or not self._pitches:
            return False
        steady = abs(pitch - float(np.median(self._pitches))) <= STEADY
        usual = float(np.median(self._levels))
        return steady and usual / LEVEL <= level <= usual * LEVEL

    def _ended(self) -> Beep | None:
        end = self._now - FRAME * (1 + self._missed)
        if not self._pitches or not SHORTEST <= end - self._began <= LONGEST:
            return None
        return Beep(round(self._began, 2), round(end, 2), round(float(np.median(self._pitches))))

    def _pitch(self, samples: npt.NDArray[np.float32]) -> float:
        """The one pitch of some samples; 0 when there are several, or none of a machine's."""
        energy = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 4 * len(samples))) ** 2
        step = self._rate / (4 * len(samples))
        first = int(100 / step)  # what hums below is no tone
        peak = first + int(np.argmax(energy[first:]))
        around = int(2.2 * self._rate / len(samples) / step)  # the width that the window gives to one pitch
        total = float(np.sum(energy[first:]))
        pure = float(np.sum(energy[max(first, peak - around) : peak + around + 1])) >= PURE * total
        pitch = peak * step
        return pitch if pure and total and LOWEST <= pitch <= HIGHEST else 0.0

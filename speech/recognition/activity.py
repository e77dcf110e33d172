"""Whether somebody speaks, frame by frame: long before the first word is understood."""

from __future__ import annotations

from collections import deque
from typing import Literal

import numpy as np
import webrtcvad  # type: ignore[import-untyped]

FRAME = 0.02  # seconds
_RATES = (8000, 16000, 32000, 48000)  # that the detector takes
_STRICTNESS = 2  # of 0 to 3
_LOUD = 30.0  # root of the mean square of 16-bit samples; below it is a quiet line, whatever the detector thinks
_ABOVE_NOISE = 2.0  # times the noise floor
_BEGINS = 5, 6  # of the last six frames
_STIRS = 2, 6
_CEASES = 0.3  # seconds without voice


class Activity:
    """One voice. `stirring` is wider than speaking: what might be speech must be decoded."""

    def __init__(self, rate: int, start: float = 0.0) -> None:
        """`start`: seconds from the beginning of what is heard."""
        self._rate = rate
        self._detector = webrtcvad.Vad(_STRICTNESS) if rate in _RATES else None
        self._recent: deque[bool] = deque(maxlen=_BEGINS[1])
        self._floor = 0.0
        self.now = start
        self.speaking = False
        self.stirred = float("-inf")  # when there last might have been speech
        self.voiced = float("-inf")  # when there last was voice

    @property
    def frame(self) -> int:
        """Bytes of a frame."""
        return int(self._rate * FRAME) * 2

    def hear(self, frame: bytes) -> Literal["voice", "quiet"] | None:
        """What changed with this frame; `began` and `voiced` say when."""
        self.now += FRAME
        voiced = self._is_voice(frame)
        self._recent.append(voiced)
        count = sum(self._recent)
        if voiced:
            self.voiced = self.now
        if count >= _STIRS[0]:
            self.stirred = self.now
        if not self.speaking and count >= _BEGINS[0]:
            self.speaking = True
            return "voice"
        if self.speaking and self.now - self.voiced >= _CEASES:
            self.speaking = False
            return "quiet"
        return None

    @property
    def began(self) -> float:
        """When the voice that was just noticed began."""
        return self.now - len(self._recent) * FRAME

    def _is_voice(self, frame: bytes) -> bool:
        samples = np.frombuffer(frame, dtype="<i2").astype(np.float32)
        level = float(np.sqrt(np.dot(samples, samples) / len(samples)))
        self._floor = level if level < self._floor else self._floor + (level - self._floor) * 0.002
        if level < _LOUD or level < self._floor * _ABOVE_NOISE:
            return False
        return self._detector is None or self._detector.is_speech(frame, self._rate)

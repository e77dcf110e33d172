"""The prompts of the bench's flows: silence, each of a length of its own.

The prompt library keeps files under names of its own, so a caller knows a prompt by its length.
"""

from __future__ import annotations

import wave
from functools import lru_cache
from pathlib import Path

RATE = 8000  # samples a second
SAMPLES = {"choose": 3200, "again": 1600, "code": 2400, "thanks": 2000}
OTHERS = {"blip": 160, "hello": 12_000, "sorry": 8000, "long": 64_000, "music": 960_000}
ALL = SAMPLES | OTHERS


def write(folder: Path, prompts: dict[str, int] = SAMPLES) -> None:
    """Write them as WAV files."""
    folder.mkdir()
    for name, samples in prompts.items():
        with wave.open(str(folder / f"{name}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(bytes(2 * samples))


@lru_cache(maxsize=1000)
def name_of(path: str) -> str:
    """Which prompt a file is; several that are played as one (`file_string://a!b`) have their names joined."""
    several = path.removeprefix("file_string://").split("!")
    if len(several) > 1:
        return "+".join(map(name_of, several))
    with wave.open(path) as sound:
        length = sound.getnframes()
    return next(name for name, samples in ALL.items() if samples == length)

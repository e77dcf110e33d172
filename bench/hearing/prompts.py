"""Sentences that a person recorded for the telephone, with what she said: Debian's asterisk-core-sounds-en-wav."""

from __future__ import annotations

import gzip
import re
import wave
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Failed

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
RATE = 8000
LEAST_WORDS = 2  # single words are for grammars


@dataclass(frozen=True)
class Prompt:
    """One sentence: its 16-bit samples, and its words."""

    name: str
    samples: bytes
    words: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / 2 / RATE


def prompts() -> list[Prompt]:
    """Those whose texts are spoken as they are written: no numerals, no sounds."""
    if not (SOUNDS.is_dir() and TEXTS.exists()):
        raise Failed("no human prompts: apt-get install asterisk-core-sounds-en-wav")
    found = []
    for line in gzip.decompress(TEXTS.read_bytes()).decode().splitlines():
        match = re.fullmatch(r"([\w-]+): *(.+?)\s*", line)
        file = SOUNDS / f"{match[1]}.wav" if match else None
        if match is None or file is None or not file.exists() or re.search(r"[\[\]<>0-9]", match[2]):
            continue
        words = plain(match[2])
        if len(words) >= LEAST_WORDS:
            with wave.open(str(file)) as sound:
                found.append(Prompt(match[1], sound.readframes(sound.getnframes()), words))
    return found


def digits() -> list[Prompt]:
    """The ten digits, one word each: what a caller says who is asked for one of a few phrases."""
    found = []
    for digit, word in enumerate("zero one two three four five six seven eight nine".split()):  # noqa: SIM905
        with wave.open(str(SOUNDS / "digits" / f"{digit}.wav")) as sound:
            found.append(Prompt(f"digits/{digit}", sound.readframes(sound.getnframes()), (word,)))
    return found


def plain(text: str) -> tuple[str, ...]:
    """Words as they are compared."""
    return tuple(re.sub(r"[^a-z' ]", " ", text.lower().replace("voicemail", "voice mail")).split())


def errors(said: tuple[str, ...], heard: tuple[str, ...]) -> int:
    """Words that are wrong, missing or too many (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(said, 1):
        before, row[0] = row[0], index
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1]

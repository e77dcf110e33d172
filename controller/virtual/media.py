"""How long a sound lasts: the header of a WAV file, the figures of a tone, the parts of a file string. Nothing is
played.

Lengths as recorded in 02a, 02b and 07a; file strings with and without missing parts as seen on FreeSWITCH 1.11.1
(transcript real_applications): the parts that exist are played, a missing part is skipped.
"""

from __future__ import annotations

import re
import wave
from functools import lru_cache
from pathlib import Path

ENDLESS = float("inf")
TONE = re.compile(r"%\(([\d.]+),([\d.]+)")
LOOPS = re.compile(r"loops=(-?\d+)")


def duration(path: str, folder: str = "", streams: frozenset[str] = frozenset()) -> float | None:
    """Seconds the sound lasts, ENDLESS for music on hold, None when there is no such sound.

    `streams` are the music on hold the switch has: an unknown one is a missing file (seen on 1.11.1).
    """
    scheme, mark, rest = path.partition("://")
    if not mark:
        return _file(path, folder)
    match scheme:
        case "silence_stream":
            found = re.match(r"-?\d+", rest)
            milliseconds = int(found[0]) if found else 0
            return ENDLESS if milliseconds < 0 else milliseconds / 1000
        case "tone_stream":
            return _tone(rest)
        case "local_stream":
            return ENDLESS if rest in streams else None
        case "file_string":
            lengths = [duration(part, folder) for part in rest.split("!")]
            return (
                sum(length for length in lengths if length is not None) if any(x is not None for x in lengths) else None
            )
        case _:
            return None


@lru_cache(maxsize=4096)
def _tone(text: str) -> float:
    seconds = sum(float(on) + float(off) for on, off in TONE.findall(text)) / 1000
    loops = LOOPS.search(text)
    if loops and int(loops[1]) < 0:
        return ENDLESS
    return seconds * max(1, int(loops[1]) if loops else 1)


def _file(path: str, folder: str) -> float | None:
    file = Path(path) if path.startswith("/") else Path(folder) / path
    try:
        found = file.stat()
    except OSError:
        return None
    return _length(str(file), found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4096)
def _length(path: str, _changed: int, size: int) -> float | None:
    """A WAV file's length from its header; another file counts as 8 kHz 16-bit sound without one."""
    try:
        with wave.open(path, "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError):
        return size / 16000
    except OSError:
        return None


def rate(path: str) -> int:
    """Samples a second of a file, in which a position in it counts (seen on 1.11.1)."""
    try:
        with wave.open(path, "rb") as sound:
            return sound.getframerate()
    except (wave.Error, EOFError, OSError):
        return 8000


def write_silence(path: str, seconds: float) -> int:
    """Write a WAV file of silence, as long as a recording would be; returns its size in bytes. OSError if it cannot."""
    return write_sound(path, b"\x00\x00" * int(seconds * 8000))


def write_sound(path: str, samples: bytes) -> int:
    """Write a WAV file of samples of 8 kHz; returns its size in bytes. OSError if it cannot."""
    with Path(path).open("wb") as file, wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples)
    return Path(path).stat().st_size

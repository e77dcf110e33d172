"""Sound itself, where somebody listens to it: 16-bit samples at 8 kHz, as FreeSWITCH hands them to a recording.

What is said and what is played lies on a track, by the switch's clock; silence is where nothing lies. A sound of
another rate is taken to 8 kHz as FreeSWITCH does for a telephone's codec, though not by the same filter.
"""

from __future__ import annotations

import math
import re
import wave
from array import array
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from controller.virtual.media import LOOPS, TONE

RATE = 8000
FRAME = 160  # samples in 20 ms
LOUDNESS = 8000  # of a tone
PITCHES = re.compile(r"%\([^)]*\)")
SILENCE = b"\0\0"


class Track:
    """What sounds on one way of a line. Times are seconds of the switch's clock."""

    def __init__(self) -> None:
        self._parts: list[tuple[float, bytes, bool]] = []

    def put(self, begin: float, samples: bytes, endless: bool = False) -> None:
        """Let something sound from a moment on."""
        self._parts.append((begin, samples, endless))

    def cut(self, now: float) -> None:
        """End whatever sounds, and what was still to come."""
        kept = [(begin, samples[: 2 * max(0, round((now - begin) * RATE))], False) for begin, samples, _ in self._parts]
        self._parts = [part for part in kept if part[1]]

    def frame(self, begin: float, count: int = FRAME) -> bytes:
        """So many samples from a moment on."""
        out = bytearray(2 * count)
        for start, samples, endless in self._parts:
            offset = round((begin - start) * RATE)
            if not samples or offset + count <= 0 or (offset * 2 >= len(samples) and not endless):
                continue
            lead = max(0, -offset)
            from_ = max(0, offset)
            heard = _cycle(samples, from_, count - lead) if endless else samples[2 * from_ : 2 * (from_ + count - lead)]
            out[2 * lead : 2 * lead + len(heard)] = heard
        self._forget(begin)
        return bytes(out)

    def _forget(self, now: float) -> None:
        """What ended a while ago is not heard again; another recording may be a moment behind."""
        if len(self._parts) > 8:
            self._parts = [part for part in self._parts if part[2] or part[0] + len(part[1]) / 2 / RATE > now - 1.0]


def _cycle(samples: bytes, offset: int, count: int) -> bytes:
    whole = len(samples) // 2
    start = offset % whole
    return (samples[2 * start :] + samples * (count // whole + 1))[: 2 * count]


def interleaved(left: bytes, right: bytes) -> bytes:
    """Two ways as one stereo sound."""
    both = array("h", bytes(len(left) + len(right)))
    both[0::2], both[1::2] = array("h", left), array("h", right)
    return both.tobytes()


def mixed(left: bytes, right: bytes) -> bytes:
    """Two ways as one."""
    pairs = zip(array("h", left), array("h", right), strict=True)
    return array("h", (max(-32768, min(32767, one + other)) for one, other in pairs)).tobytes()


def pcm(path: str, folder: str = "") -> bytes:
    """The samples of a file, a tone or a string of files; nothing of silence, music on hold and what is not there."""
    scheme, mark, rest = path.partition("://")
    if not mark:
        file = Path(path) if path.startswith("/") else Path(folder) / path
        try:
            found = file.stat()
        except OSError:
            return b""
        return _file(str(file), found.st_mtime_ns, found.st_size)
    if scheme == "tone_stream":
        return _tone(rest)
    return b"".join(pcm(part, folder) for part in rest.split("!")) if scheme == "file_string" else b""


def is_endless(path: str) -> bool:
    """Whether a tone goes on for ever."""
    loops = LOOPS.search(path)
    return path.startswith("tone_stream://") and bool(loops) and int(loops[1] if loops else 1) < 0


@lru_cache(maxsize=64)
def _file(path: str, _changed: int, _size: int) -> bytes:
    try:
        with wave.open(path, "rb") as sound:
            raw, channels = sound.readframes(sound.getnframes()), sound.getnchannels()
            if sound.getsampwidth() != 2:
                return b""
            rate = sound.getframerate()
    except (wave.Error, EOFError):
        data = Path(path).read_bytes()
        return data[: len(data) // 2 * 2]
    return _at_8000(array("h", raw)[0::channels], rate)


def _at_8000(sound: array[int], rate: int) -> bytes:
    """Average what becomes one sample: enough of a filter for speech."""
    if rate == RATE:
        return sound.tobytes()
    step = rate / RATE
    edges = [round(index * step) for index in range(int(len(sound) / step) + 1)]
    spans = ((begin, max(begin + 1, end)) for begin, end in pairwise(edges))
    return array("h", (sum(sound[begin:end]) // (end - begin) for begin, end in spans)).tobytes()


@lru_cache(maxsize=64)
def _tone(text: str) -> bytes:
    out = bytearray()
    for part in PITCHES.findall(text):
        on, off, *pitches = (float(figure) for figure in part[2:-1].split(","))
        steps = range(round(on * RATE / 1000))
        wave_ = (sum(math.sin(math.tau * pitch * step / RATE) for pitch in pitches) / len(pitches) for step in steps)
        out += array("h", (round(LOUDNESS * value) for value in wave_)).tobytes() + SILENCE * round(off * RATE / 1000)
    loops = LOOPS.search(text)
    return bytes(out) * max(1, int(loops[1]) if loops else 1) if TONE.search(text) else b""

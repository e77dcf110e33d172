"""A recording that grows frame by frame while the call goes on: what speech is read from.

Recorded in 08_* and seen on 1.11.1 (tests/virtual/alike_tap.py): .raw is 16-bit little-endian at 8 kHz; read only is
what the person at this leg says, stereo has that on the left and what is sent to it on the right; without options
both are mixed. A file is written in blocks of 65536 bytes unless buffering is off, and two ways together come half a
second late unless the frames kept in front are 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import gevent

from controller.virtual.audio import FRAME, RATE, interleaved, mixed
from controller.virtual.clock import Clock

BLOCK = 65536  # bytes
IN_FRONT = 25  # frames
Way = Callable[[float], bytes]  # the frame that begins at a moment


@dataclass(frozen=True)
class Manner:
    """How to record."""

    read_only: bool = False
    write_only: bool = False
    stereo: bool = False
    block: int = BLOCK
    in_front: int = IN_FRONT


def manner(options: Mapping[str, str]) -> Manner:
    """Read the variables that a recording obeys when it starts."""

    def true(name: str) -> bool:
        return options.get(name, "").lower() in ("true", "yes", "on", "1")

    buffering = options.get("enable_file_write_buffering", "true").lower()
    front = options.get("RECORD_PRE_BUFFER_FRAMES", "")
    return Manner(
        read_only=true("RECORD_READ_ONLY"),
        write_only=true("RECORD_WRITE_ONLY"),
        stereo=true("RECORD_STEREO"),
        block=BLOCK if buffering in ("true", "yes", "on") else int(buffering) if buffering.isdigit() else 0,
        in_front=int(front) if front.isdigit() else IN_FRONT,
    )


class Tap:
    """Writes a .raw file on the switch's clock until it is stopped. OSError when the file cannot be opened."""

    def __init__(self, path: str, how: Manner, said: Way, sent: Way, clock: Clock) -> None:
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115 closed by `stop`
        self._how, self._said, self._sent, self._clock = how, said, sent, clock
        self._began = clock.now()
        self._written = 0  # frames
        self._pending = b""
        self._runner = gevent.spawn(self._run)

    def stop(self) -> None:
        """Write what has been heard until now, and close the file."""
        self._runner.kill(block=False)
        self._catch_up(0)
        self._write(self._pending)
        self._file.close()

    def _run(self) -> None:
        late = 0 if self._how.read_only or self._how.write_only else self._how.in_front
        while True:
            self._catch_up(late)
            self._clock.sleep(FRAME / RATE)

    def _catch_up(self, late: int) -> None:
        due = int((self._clock.now() - self._began) * RATE / FRAME) - late
        heard = b"".join(self._frame(self._began + number * FRAME / RATE) for number in range(self._written, due))
        self._written = max(self._written, due)
        self._pending += heard
        if len(self._pending) > self._how.block:
            self._write(self._pending)
            self._pending = b""

    def _frame(self, begin: float) -> bytes:
        if self._how.read_only:
            return self._said(begin)
        if self._how.write_only:
            return self._sent(begin)
        return (interleaved if self._how.stereo else mixed)(self._said(begin), self._sent(begin))

    def _write(self, data: bytes) -> None:
        if data:
            self._file.write(data)

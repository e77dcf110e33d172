"""The sending side of a connection.

Never blocks the call that fires an event, and acts out the faults of a bad line.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from dataclasses import dataclass, field
from random import Random

import gevent
from gevent import socket

from controller.virtual.clock import Clock


@dataclass
class Faults:
    """What goes wrong on every connection while it is set. Seconds are of the switch's clock."""

    split: bool = False  # every frame is cut at random places and sent in pieces
    silent: bool = False  # commands are read and nothing is answered, no event is sent
    delay: float = 0.0  # everything sent arrives so much later
    slow: float = 0.0  # seconds a command waits before it is looked at
    eof_in_body: int = 0  # the so-manieth event from now on breaks off in its body, and the connection ends
    early_notice: bool = False  # the linger notice comes right after CHANNEL_HANGUP (03a, 03e, 04_before_answer)
    lose_hangup_complete: bool = (
        False  # without linger the socket closes before HANGUP_COMPLETE is sent (04_idle_nolinger)
    )
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311


class Outlet:
    """Sends frames in order.

    What the other side does not take yet waits; a greenlet exists only while something waits.
    """

    def __init__(self, sock: socket.socket, clock: Clock, faults: Faults) -> None:
        self._sock, self._clock, self._faults = sock, clock, faults
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._worker: gevent.Greenlet[[], None] | None = None
        self.closed = False

    def send(self, data: bytes, *, event: bool = False) -> None:
        if self.closed or self._faults.silent:
            return
        if event and self._faults.eof_in_body and self._break_off(data):
            return
        pieces = self._pieces(data) if self._faults.split else [data]
        if not self._waiting and not self._worker and len(pieces) == 1 and not self._faults.delay:
            data = self._write(data)
            if not data:
                return
            pieces = [data]
        moment = self._clock.now() + self._faults.delay
        self._waiting.extend((moment, piece) for piece in pieces)
        if self._worker is None:
            self._worker = gevent.spawn(self._drain)

    def close(self, *, after: bool = True) -> None:
        """Close once everything has been sent, or at once."""
        if self._worker and after and not self.closed:
            self._worker.link(lambda _: self._end())
        else:
            self._end()

    def _end(self) -> None:
        if self.closed:
            return
        self.closed = True
        self._waiting.clear()
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def _write(self, data: bytes) -> bytes:
        """Write what the kernel takes now; returns the rest."""
        try:
            return data[os.write(self._sock.fileno(), data) :]
        except BlockingIOError:
            return data
        except (OSError, ValueError):
            self.closed = True
            return b""

    def _drain(self) -> None:
        try:
            while self._waiting and not self.closed:
                moment, data = self._waiting.popleft()
                self._clock.sleep(moment - self._clock.now())
                try:
                    self._sock.sendall(data)
                except (OSError, ValueError):
                    self.closed = True
        finally:
            self._worker = None

    def _pieces(self, data: bytes) -> list[bytes]:
        cuts = sorted({self._faults.random.randrange(len(data) + 1) for _ in range(self._faults.random.randint(1, 4))})
        edges = [0, *cuts, len(data)]
        return [data[a:b] for a, b in zip(edges, edges[1:], strict=False) if a < b]

    def _break_off(self, data: bytes) -> bool:
        self._faults.eof_in_body -= 1
        if self._faults.eof_in_body:
            return False
        self._write(data[: data.index(b"\n\n") + 2 + len(data) // 3])
        self._end()
        return True

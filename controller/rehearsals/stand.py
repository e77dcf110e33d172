"""A call on the virtual switch for one test: its channel, as calls have it, and the caller who speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gevent.event import AsyncResult

from controller.calls.channel import Channel
from controller.calls.listening import Listening
from controller.calls.offer import read_offer
from controller.calls.recognition import Recognition
from controller.calls.tap import Taps
from controller.esl.server import Server
from controller.esl.session import Session
from controller.flow.commands import Sound
from controller.virtual import Caller, VirtualSwitch

LOOPBACK = "127.0.0.1"
NUMBER = "1000"
Files = Callable[[tuple[Sound, ...]], list[str]]


class Stand:
    """Takes one call after the other. `files` finds what is played, `speech` is the recogniser's socket."""

    def __init__(self, files: Files, taps: Taps, speech: Path) -> None:
        self._files, self._taps = files, taps
        self._recognition = Recognition(speech)
        self._offered: AsyncResult[Session] = AsyncResult()
        self._over: AsyncResult[None] = AsyncResult()
        self._server = Server((LOOPBACK, 0), self._take)
        self._server.start()
        self._switch = VirtualSwitch(offer=self._server.address).start()

    @contextmanager
    def call(self, number: str, language: str, at: str) -> Iterator[tuple[Channel, Caller]]:
        """Call, while the block lasts; the clock on the wall stands at `at`."""
        self._offered, self._over = AsyncResult(), AsyncResult()
        over = self._over
        caller = self._switch.call(number or "anonymous", NUMBER)
        try:
            session = self._offered.get(timeout=10)
            assert session
            offer = read_offer(session.session_data or {})
            ears = Listening(session, self._recognition, self._taps, language, lambda: at)
            yield Channel(session, offer, self._files, None, 0, ears), caller
        finally:
            caller.hangs_up()
            caller.ended.wait(5)
            over.set(None)

    def close(self) -> None:
        """Take no more calls."""
        self._switch.stop()
        self._server.stop()

    def _take(self, session: Session) -> None:
        over = self._over
        self._offered.set(session)
        over.get()

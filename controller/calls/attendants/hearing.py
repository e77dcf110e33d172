"""One tap of both sides of a call, and the recogniser that listens to it until it is told to stop.

Where nobody listens (the process is away, too busy, or has no model) it tries again every few seconds, and takes up
what was said a moment ago.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import gevent
from gevent.event import Event

from controller.calls.recognition import Recognition
from controller.calls.tap import Line, Taps
from controller.esl.errors import CommandRefused, EslError
from speech.client import Heard, Listening, Request, Side, SpeechAway

log = logging.getLogger(__name__)
AGAIN = 3.0  # seconds between two tries to be listened to
BACKLOG = 10.0  # seconds that are still heard when somebody listens again
PATIENCE = 2.0  # seconds between two looks at a recogniser that says nothing
LAST_WORDS = 3.0  # seconds that a recogniser has for what was said last
SECOND = 32_000  # bytes of both sides
AWAY, TOO_BUSY, NO_MODEL, LAGGING = "away", "too_busy", "no_model", "lagging"


class Hearing:
    """`name` names the tap, `languages` are those of its left and its right side.

    `tell(self, heard)` is called for all that is heard, `degraded(reason)` when nobody hears ("" when somebody does
    again), and `tell(self, None)` when it is over. `now` is the call's clock in seconds: `offset` is when the tap
    began.
    """

    def __init__(
        self,
        line: Line,
        name: str,
        taps: Taps,
        recognition: Recognition,
        languages: tuple[str, str],
        now: Callable[[], float],
        tell: Callable[[Hearing, Heard | None], object],
        degraded: Callable[[str], object],
    ) -> None:
        self._line, self._name, self._taps, self._recognition = line, name, taps, recognition
        self._sides = tuple(Side(language) for language in languages)
        self._now, self._tell, self._degraded = now, tell, degraded
        self._ear: Listening | None = None
        self._stops = Event()
        self._told = [0.0, 0.0]  # seconds of the file until where each side was understood
        self.offset = now()
        self.until = float("inf")  # from when on it does not count
        self.since = time.monotonic()
        self._runner = gevent.spawn(self._run)

    def stop(self) -> None:
        """What is said from now on does not count; what was said still comes."""
        if self._stops.is_set():
            return
        self.until = self._now()
        self._stops.set()
        if self._ear:
            self._ear.stop()
        gevent.spawn_later(LAST_WORDS, self._runner.kill, block=False)

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stops.is_set()

    def _run(self) -> None:
        try:
            if self._taps.full():
                self._degraded(AWAY)
                return
            with self._taps.open(self._line, self._name, sides="both") as file:
                self.offset = self._now()
                self._hear(file)
        except CommandRefused as error:
            log.error("what is said cannot be written to %s: %s", self._taps.folder, error)
            self._degraded(AWAY)
        except EslError as error:
            log.debug("call %s: %s", self._line.uuid, error)
        finally:
            self._tell(self, None)

    def _hear(self, file: Path) -> None:
        while True:
            try:
                with self._recognition.listen(Request(file, self._sides, start=self._start(file))) as ear:
                    self._ear = ear
                    if self.stopping:
                        ear.stop()
                    self._read(ear)
            except SpeechAway as away:
                self._recognition.is_away(away)
                self._degraded(AWAY)
            finally:
                self._ear = None
            if self._stops.wait(AGAIN if not self.stopping else 0) or self._taps.full():
                return

    def _read(self, ear: Listening) -> None:
        standing = False
        while True:
            heard = ear.next(PATIENCE)
            if heard is None:
                if self._taps.full():
                    self._degraded(AWAY)
                    return
                if standing is self._recognition.answers():
                    standing = not standing
                    self._degraded(AWAY if standing else "")
                continue
            if heard.type in ("ended", "error"):
                if heard.type == "error" and not self.stopping:
                    log.warning("call %s is not listened to: %s", self._line.uuid, heard.reason)
                    self._degraded(AWAY)
                return
            self._pass_on(heard)

    def _pass_on(self, heard: Heard) -> None:
        if heard.type == "degraded":
            self._degraded(heard.reason if heard.reason in (TOO_BUSY, NO_MODEL, LAGGING) else AWAY)
            return
        if heard.side not in (0, 1):
            return
        if heard.type == "final":
            if heard.end <= self._told[heard.side] + 0.05 and heard.text:
                return  # heard anew, after nobody had listened for a while
            self._told[heard.side] = max(self._told[heard.side], heard.end)
        self._degraded("")
        self._tell(self, heard)

    def _start(self, file: Path) -> float:
        """From where on it is listened to."""
        try:
            size = file.stat().st_size
        except OSError:
            return 0.0
        return max(min(self._told), size / SECOND - BACKLOG, 0.0)

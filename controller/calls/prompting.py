"""The sounds of a prompt, one application each, in turn; it can be stopped, and taken up where it was."""

from __future__ import annotations

import time
import wave
from collections.abc import Callable
from contextlib import suppress

import gevent

from controller.esl import applications
from controller.esl.connection import Session
from controller.esl.errors import Dropped, EslError
from controller.esl.execution import Execution
from controller.esl.fields import played

LONGEST = 1800.0  # seconds; a sound that lasts longer is not waited for
STOPPED_WITHIN = 2.0  # seconds
AGAIN = 1.0  # seconds that are said again after an interruption


def rate(file: str) -> int:
    """Samples a second of a WAV file; 0 of another one, which is played from its beginning."""
    try:
        with wave.open(file) as sound:
            return int(sound.getframerate())
    except (wave.Error, EOFError, OSError):
        return 0


class Prompting:
    """Plays files to a call. `on_end` is called when the last one ended by itself, or the call or its socket did.

    `name` begins the names of its applications. `heard`: some of it was there to be played.
    """

    def __init__(
        self,
        session: Session,
        files: list[str],
        name: str,
        on_end: Callable[[], object],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._files, self._name, self._on_end, self._now = session, files, name, on_end, now
        self._next = 0  # the sound that is played, or would be
        self._from = 0.0  # seconds of it that were played before it was interrupted
        self._since = 0.0  # when it began
        self._begun = 0  # applications, for their names
        self._waiter: gevent.Greenlet[..., None] | None = None
        self._stopping = False
        self.heard = False

    @property
    def playing(self) -> bool:
        """Whether a sound is played, or is about to be."""
        return self._waiter is not None and not self._stopping

    def play(self) -> None:
        """Begin, or go on a little before where it was interrupted. Errors: CallEnded, SessionGone."""
        self._stopping = False
        self._from, self._since = max(0.0, self._from - AGAIN), self._now()
        begun = [self._start(file, self._from) for file in self._files[self._next : self._next + 1]]
        queue = begun + [self._start(file) for file in self._files[self._next + 1 :]]
        self._waiter = gevent.spawn(self._follow, queue)

    def stop(self) -> None:
        """Stop at once; returns when FreeSWITCH has. Errors: CallEnded, SessionGone."""
        waiter = self._waiter
        if waiter is None or self._stopping:
            return
        self._stopping = True
        self._from += self._now() - self._since
        self._session.break_all()
        waiter.join(STOPPED_WITHIN)

    def close(self) -> None:
        """Stop; the call may have ended."""
        with suppress(EslError):  # then nothing is played either
            self.stop()
        if self._waiter:
            self._waiter.kill()

    def _start(self, file: str, seconds: float = 0.0) -> Execution:
        self._begun += 1
        skipped = int(seconds * rate(file))
        application = applications.playback_from(file, skipped) if skipped else applications.playback(file)
        return self._session.start(application, key=f"{self._name}-{self._begun}")

    def _follow(self, queue: list[Execution]) -> None:
        try:
            for execution in queue:
                self.heard = played(execution.wait(LONGEST).headers) or self.heard
                if self._stopping:
                    return
                self._next += 1
                self._from, self._since = 0.0, self._now()
        except Dropped:
            return
        except EslError:
            pass  # whoever waits for the end will find out why
        self._waiter = None
        self._on_end()

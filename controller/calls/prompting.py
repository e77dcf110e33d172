"""The sounds of a prompt, one application each, in turn; it can be stopped, and taken up where it was."""

from __future__ import annotations

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


class Prompting:
    """Plays files to a call. `on_end` is called when the last one ended by itself, or the call or its socket did.

    `name` begins the names of its applications. `heard`: some of it was there to be played.
    """

    def __init__(self, session: Session, files: list[str], name: str, on_end: Callable[[], object]) -> None:
        self._session, self._files, self._name, self._on_end = session, files, name, on_end
        self._next = 0  # the sound that is played, or would be
        self._begun = 0  # applications, for their names
        self._waiter: gevent.Greenlet[..., None] | None = None
        self._stopping = False
        self.heard = False

    @property
    def playing(self) -> bool:
        """Whether a sound is played, or is about to be."""
        return self._waiter is not None and not self._stopping

    def play(self) -> None:
        """Begin, or go on with the sound that was interrupted. Errors: CallEnded, SessionGone."""
        self._stopping = False
        queue = [self._start(file) for file in self._files[self._next :]]
        self._waiter = gevent.spawn(self._follow, queue)

    def stop(self) -> None:
        """Stop at once; returns when FreeSWITCH has. Errors: CallEnded, SessionGone."""
        waiter = self._waiter
        if waiter is None or self._stopping:
            return
        self._stopping = True
        self._session.break_all()
        waiter.join(STOPPED_WITHIN)

    def close(self) -> None:
        """Stop; the call may have ended."""
        with suppress(EslError):  # then nothing is played either
            self.stop()
        if self._waiter:
            self._waiter.kill()

    def _start(self, file: str) -> Execution:
        self._begun += 1
        return self._session.start(applications.playback(file), key=f"{self._name}-{self._begun}")

    def _follow(self, queue: list[Execution]) -> None:
        try:
            for execution in queue:
                self.heard = played(execution.wait(LONGEST).headers) or self.heard
                if self._stopping:
                    return
                self._next += 1
        except Dropped:
            return
        except EslError:
            pass  # whoever waits for the end will find out why
        self._waiter = None
        self._on_end()

"""An application that was sent to a channel, until it completes."""

from __future__ import annotations

from typing import Any

import gevent
from gevent import event as gevent_event

from controller.esl.applications import Application
from controller.esl.commands import refused
from controller.esl.errors import CommandRefused, NoReply
from controller.esl.event import Event


class Execution:
    """Known to FreeSWITCH by its key (Event-UUID, which comes back as Application-UUID)."""

    __slots__ = ("_result", "application", "key", "place", "started")

    def __init__(self, key: str, application: Application) -> None:
        self.key = key
        self.application = application
        self.started = False
        self.place = 0  # in the order of the connection's commands
        self._result: Any = gevent_event.AsyncResult()

    @property
    def done(self) -> bool:
        """Whether it completed or failed."""
        return bool(self._result.ready())

    def wait(self, timeout: float | None = None) -> Event:
        """Its CHANNEL_EXECUTE_COMPLETE.

        Errors: CallEnded (hung up before it completed), SessionGone, Dropped (by `break_all`), CommandRefused, NoReply.
        """
        with gevent.Timeout(timeout, NoReply(self.application.name)):
            event: Event = self._result.get()
        return event

    def complete(self, event: Event) -> None:
        """It ended, as this event tells."""
        self._result.set(event)

    def fail(self, error: BaseException) -> None:
        """It never will."""
        if not self._result.ready():
            self._result.set_exception(error)

    # The reply to the command itself: `+OK` only says that it was queued.

    def set(self, value: Event) -> None:
        """Hear the reply."""
        if refused(value.body):
            self.fail(CommandRefused(self.application.name, value.body.strip()))

    def set_exception(self, exception: BaseException) -> None:
        """Hear that no reply will come."""
        self.fail(exception)

"""An application that was sent to a channel, until it completes."""

from __future__ import annotations

from typing import Any

import gevent
from gevent import event as gevent_event

from controller.esl.applications import Application
from controller.esl.commands import refused
from controller.esl.errors import CommandRefused, Dropped, NoReply, Unsafe
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
        if not self._result.ready():
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


class Executions:
    """Those of one channel that have not ended."""

    __slots__ = ("_by_key",)

    def __init__(self) -> None:
        self._by_key: dict[str, Execution] = {}

    def all(self) -> list[Execution]:
        """Those whose end is still waited for."""
        return list(self._by_key.values())

    def begin(self, key: str, application: Application) -> Execution:
        """A new one; Unsafe when its key is in use, since their ends could not be told apart."""
        if key in self._by_key:
            raise Unsafe("key", key)
        execution = self._by_key[key] = Execution(key, application)
        return execution

    def forget(self, execution: Execution) -> None:
        """Nobody waits for its end any more."""
        if self._by_key.get(execution.key) is execution:
            del self._by_key[execution.key]

    def hear(self, name: str, event: Event) -> None:
        """An application began or completed."""
        execution = self._by_key.get(event.get("Application-UUID"))
        if execution is None:
            return
        if name == "CHANNEL_EXECUTE":
            execution.started = True
        else:
            self.forget(execution)
            execution.complete(event)

    def not_begun(self, place: int) -> list[Execution]:
        """Those sent before a place in the order of commands that have not begun yet."""
        return [execution for execution in self._by_key.values() if execution.place < place and not execution.started]

    def drop(self, queued: list[Execution]) -> None:
        """FreeSWITCH threw these away, and will not speak of them again; unless one had begun after all."""
        for execution in queued:
            if not execution.started:
                self.forget(execution)
                execution.fail(Dropped(execution.application.name))

    def fail(self, error: BaseException) -> None:
        """None of them will complete."""
        executions = self.all()
        self._by_key.clear()
        for execution in executions:
            execution.fail(error)

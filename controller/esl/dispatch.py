"""Events on their way to the handles: in order, beside the reader, from a bounded queue."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
from greenswitch import esl

from controller.esl.event import Event

log = logging.getLogger(__name__)

# Other events are for the live feed: they may be dropped when nobody keeps up, these never.
NEVER_DROPPED = frozenset(
    {
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_BRIDGE",
        "CHANNEL_UNBRIDGE",
        "CHANNEL_HANGUP",
        "CHANNEL_HANGUP_COMPLETE",
        "BACKGROUND_JOB",
        "DTMF",
        "DISCONNECT",
    }
)
Handle = Callable[[Event], object]


class Dispatch(esl.ESLProtocol):  # type: ignore[misc]
    """The handles of a connection, with greenswitch's `register_handle` and `unregister_handle`.

    They run one after the other in a greenlet that lives only while there is something to handle. `dropped` counts the
    live-feed events that were thrown away because they were too slow. A handle of `*` hears what no other handle does.
    """

    never_dropped: frozenset[str] = NEVER_DROPPED
    queue_limit = 2000  # events

    def __init__(self) -> None:
        self.event_handlers: dict[str, list[Handle]] = {}
        self.dropped = 0
        self._waiting: deque[tuple[list[Handle], Event]] | None = None
        self._process_events_greenlet: Any = None

    def _enqueue(self, key: str, event: Event) -> None:
        handles = self.event_handlers.get(key) or self.event_handlers.get("*")
        if not handles:
            return
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) >= self.queue_limit and key not in self.never_dropped:
            if not self.dropped:
                gevent.spawn(log.warning, "handles are too slow: live-feed events are dropped")
            self.dropped += 1
            return
        self._waiting.append((list(handles), event))
        if self._process_events_greenlet is None:
            self._process_events_greenlet = gevent.spawn(self.process_events)

    def process_events(self) -> None:
        """Run the handles of the queued events, then end."""
        try:
            while self._waiting:
                handles, event = self._waiting.popleft()
                for handle in (*self._hook("before_handle"), *handles, *self._hook("after_handle")):
                    self._safe_exec_handler(handle, event)
        finally:
            self._process_events_greenlet = None
            self._waiting = None

    def _hook(self, name: str) -> tuple[Handle, ...]:
        hook = getattr(self, name, None)
        return (hook,) if hook else ()

    def _safe_exec_handler(self, handler: Handle, event: Event) -> None:
        try:
            handler(event)
        except Exception:
            log.exception("a handle of %s failed", event.name or event.get("Content-Type"))

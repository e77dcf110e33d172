"""greenswitch's protocol, hardened: a reader that cannot hang or lie, replies in order, and waits that always end.

What greenswitch does here and why it may not is told by the tests, row by row (tests/esl). The class keeps its names.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

import gevent
from gevent import event as gevent_event
from gevent.lock import BoundedSemaphore

from controller.esl.commands import Waiter, framed, refused
from controller.esl.dispatch import Dispatch
from controller.esl.errors import CommandRefused, ConnectionLost, EslError, NoReply, ProtocolError
from controller.esl.event import Event, read_event
from controller.esl.reader import Reader
from controller.esl.wire import Packet

log = logging.getLogger(__name__)

REPLY_TIMEOUT = 10.0  # seconds
WRITE_TIMEOUT = 10.0  # seconds; FreeSWITCH reads about 2 us a byte


class Connection(Dispatch):
    """One ESL connection. Waiters are woken in the reader itself; handles run beside it (Dispatch)."""

    gone: type[ConnectionLost] = ConnectionLost

    def __init__(self) -> None:
        super().__init__()
        # greenswitch's own initialiser makes a queue and events that every idle call would carry; its names are kept.
        self._EOL = "\n"
        self._lingering = False
        self._reader: Reader | None = None
        self._commands_sent: list[Waiter] = []
        self._jobs: dict[str, gevent_event.AsyncResult[Event]] = {}
        self._written = 0
        self._lock = BoundedSemaphore(1)
        self.connected = False
        self.lost_because = ""
        self.lost = gevent_event.Event()
        self.sock: Any = None

    # --- reading ----------------------------------------------------------------------------------------------------

    def start_event_handlers(self) -> None:
        """Start reading; nothing happens when it has been started."""
        if self._reader is None and self.connected:
            self._reader = Reader(self.sock, self._take, self._lose)

    def receive_events(self) -> None:
        """Read until the connection ends."""
        self.start_event_handlers()
        self.lost.wait()

    def _take(self, packet: Packet) -> None:
        match packet.kind:
            case "text/event-json" | "text/event-plain":
                self._hear(read_event(packet))
            case "command/reply":
                self._reply(Event(packet.headers, packet.headers.get("Reply-Text", "")))
            case "api/response":
                self._reply(Event(packet.headers, packet.body.decode("utf-8", "replace")))
            case "text/disconnect-notice":
                self._hear_notice(Event(packet.headers, packet.body.decode("utf-8", "replace")))
            case "log/data":
                self._enqueue("log", Event(packet.headers, packet.body.decode("utf-8", "replace")))
            case "auth/request":
                self._hear_auth_request()
            case "text/rude-rejection":
                self._lose("refused by FreeSWITCH's access list")
            case other:
                gevent.spawn(log.warning, "an unknown kind of frame: %.60s", other)

    def _reply(self, event: Event) -> None:
        if not self._commands_sent:
            raise ProtocolError("a reply that nobody asked for")
        self._commands_sent.pop(0).set(event)

    def _hear(self, event: Event) -> None:
        name = event.name
        if name == "BACKGROUND_JOB" and (job := self._jobs.pop(event.get("Job-UUID"), None)):
            job.set(event)
        self._note(name, event)
        self._enqueue(event.subclass if name == "CUSTOM" else name, event)

    def _note(self, name: str, event: Event) -> None:
        """What a kind of connection does with an event before the handles see it."""

    def _hear_auth_request(self) -> None:
        """Only an inbound connection is asked."""

    def _hear_notice(self, event: Event) -> None:
        # A linger notice may come before the last events of the call, so it ends no wait.
        if event.get("Content-Disposition") == "linger":
            self._lingering = True
            self._enqueue("DISCONNECT", event)
        else:
            self._lose(event.body.partition("\n")[0] or "disconnected by FreeSWITCH", event)

    def _lose(self, reason: str, notice: Event | None = None) -> None:
        if self.lost.is_set():
            return
        self.connected = False
        self.lost_because = reason
        waiting: list[Waiter] = [*self._commands_sent, *self._waiters()]
        self._commands_sent.clear()
        self._jobs.clear()
        for waiter in waiting:
            waiter.set_exception(self.gone(reason))
        if self._reader is not None:
            self._reader.stop()
            self._reader = None
        if self.sock is not None:
            self.sock.close()
        self._enqueue("DISCONNECT", notice or Event({"Content-Type": "text/disconnect-notice"}, reason))
        self.lost.set()

    def _waiters(self) -> Iterable[Waiter]:
        return list(self._jobs.values())

    # --- sending ----------------------------------------------------------------------------------------------------

    def send(
        self, command: str, timeout: float | None = REPLY_TIMEOUT, *, fields: Iterable[tuple[str, str]] = ()
    ) -> Event:
        """Send one command and wait for its reply.

        `fields` become header lines below it. Errors: CommandRefused (-ERR), NoReply, ConnectionLost, and Unsafe when a
        line holds CR, LF or NUL.
        """
        event, _ = self._ask(framed(command, fields), timeout, command)
        if refused(event.body):
            raise CommandRefused(command, event.body.strip())
        return event

    def api(self, command: str, timeout: float | None = REPLY_TIMEOUT) -> str:
        """Run an api command and return what it wrote. FreeSWITCH sends nothing else meanwhile: for quick ones only."""
        return self.send(f"api {command}", timeout).body.rstrip("\n")

    def bgapi(self, command: str, timeout: float | None = 60.0, job: str | None = None) -> str:
        """Run an api command in the background, wait for its end and return what it wrote.

        Needs BACKGROUND_JOB subscribed. `job` names it (Job-UUID). Errors as `send`.
        """
        key = job or str(uuid4())
        result: gevent_event.AsyncResult[Event] = gevent_event.AsyncResult()
        self._jobs[key] = result
        try:
            with gevent.Timeout(timeout, NoReply(f"bgapi {command.partition(' ')[0]}")):
                self.send(f"bgapi {command}", None, fields=[("Job-UUID", key)])
                body = cast(Event, result.get()).body
        finally:
            self._jobs.pop(key, None)
        if refused(body):
            raise CommandRefused(command, body.strip())
        return body.rstrip("\n")

    def _ask(self, data: bytes, timeout: float | None, what: str, *others: Waiter) -> tuple[Event, int]:
        """Write commands and wait for the reply to the first; that reply, and the place of the last command."""
        result: gevent_event.AsyncResult[Event] = gevent_event.AsyncResult()
        with gevent.Timeout(timeout, NoReply(what.partition(" ")[0])):
            place = self._write(data, result, *others)
            return cast(Event, result.get()), place

    def _write(self, data: bytes, *waiters: Waiter) -> int:
        """Write whole commands, one waiter each; their place in the order of all commands of this connection."""
        with self._lock:
            if not self.connected:
                raise self.gone(self.lost_because or "not connected")
            self._commands_sent.extend(waiters)
            self._written += len(waiters)
            place = self._written
            written = False
            try:
                with gevent.Timeout(WRITE_TIMEOUT, OSError("FreeSWITCH does not read")):
                    self.sock.sendall(data)
                written = True
            except OSError as error:
                raise self.gone(str(error)) from error
            finally:
                # Half a command may be on the wire: whatever is written next would be read as its rest.
                if not written:
                    self._lose("a command could not be written")
        return place

    # --- ending -----------------------------------------------------------------------------------------------------

    def close(self, reason: str = "closed by us") -> None:
        """Close the connection now; whoever waits is told."""
        self._lose(reason)

    def stop(self) -> None:
        """Say `exit`, then close."""
        if self.connected:
            try:
                self.send("exit", 0.5)
            except (EslError, OSError):
                log.debug("no goodbye from FreeSWITCH")
        self.close()

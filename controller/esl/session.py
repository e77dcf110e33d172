"""The connection that FreeSWITCH opens to us for one call."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

import gevent
from gevent import event as gevent_event
from gevent.event import Event as Signal
from greenswitch import esl

from controller.esl import api, fax
from controller.esl.acts import Acts
from controller.esl.applications import Application
from controller.esl.commands import Hoped, Waiter, framed, refused
from controller.esl.errors import CallEnded, CommandRefused, EslError, SessionGone
from controller.esl.event import Event
from controller.esl.execution import Execution, Executions
from controller.esl.fence import Fence
from controller.esl.fields import Ending, Headers, ending
from controller.esl.hardened import REPLY_TIMEOUT, Connection
from controller.esl.offered import compact
from controller.esl.verbs import Verbs

log = logging.getLogger(__name__)

# Besides those of `myevents`; the subclasses of CUSTOM come last.
EVENTS = f"BACKGROUND_JOB PLAYBACK_STOP RECORD_STOP CHANNEL_HOLD CHANNEL_UNHOLD CUSTOM {' '.join(fax.EVENTS)}"
LINGER = 5  # seconds; the last events of a call come after its hang-up
NEWER = "a newer connection has the call"
TAKEN = "another controller has the call"
LEFT = "the call was handed over"
AWAY = "the call was transferred, and is offered anew"
SOURCE = "variable_transfer_source"  # changes with each transfer
STANDSTILL = 90.0  # seconds that a FreeSWITCH may hang without costing us the call; its socket ends when it dies
STARTED_LATE = 0.1  # seconds; the event of an application that had begun may come after the reply to a break


class Session(Verbs, Acts, Connection, esl.OutboundSession):  # type: ignore[misc]
    """One call's connection. `session_data` is the connect reply without its noise; `uuid` stays when that is let go.

    Every wait ends: by its result, by the hang-up (CallEnded), by the end of the connection (SessionGone), or in time.
    """

    gone = SessionGone

    def __init__(self, client_address: Any, sock: Any) -> None:
        Connection.__init__(self)
        self.client_address = client_address
        self.sock = sock
        self.connected = True
        self.session_data: dict[str, str] | None = None
        self.hung_up = False
        self.cause = ""
        self.superseded = False
        self.disowned = False
        self.fence: Fence | None = None
        self._source = ""
        self.ended = Signal()
        self._uuid = ""
        self._call_uuid = ""
        self._caller = ""
        self._outbound_connected = False
        self._executions = Executions()
        self._last: Event | None = None

    @property
    def uuid(self) -> str:
        """The channel."""
        return self._uuid

    @property
    def call_uuid(self) -> str:
        """FreeSWITCH's own idea of the call that the channel belongs to."""
        return self._call_uuid

    @property
    def caller_id_number(self) -> str:
        """The caller's number as the network gave it: never trust it in an argument."""
        return self._caller

    # --- taking the call --------------------------------------------------------------------------------------------

    def connect(self, events: str = EVENTS, linger: int = LINGER, timeout: float = REPLY_TIMEOUT) -> dict[str, str]:
        """Take the call: `connect`, `linger`, `myevents` and `event` go out in one write; return the call's data.

        Returns at the first reply, so that the first application need not wait for the others. Errors: SessionGone
        (the caller was gone already), NoReply.
        """
        if self._outbound_connected and self.session_data is not None:
            return self.session_data
        self.start_event_handlers()
        more = [f"linger {int(linger)}", "myevents json", *([f"event json {events}"] if events else [])]
        commands = b"".join(framed(line) for line in ("connect", *more))
        event, _ = self._ask(commands, timeout, "connect", *map(Hoped, more))
        if refused(event.body) or not event.get("Unique-ID"):
            raise CommandRefused("connect", event.body.strip())
        data = compact(event.headers)
        self._uuid = data.get("Unique-ID", "")
        self._call_uuid = data.get("variable_call_uuid", "")
        self._caller = data.get("Caller-Caller-ID-Number", "")
        self._source = data.get(SOURCE, "")
        self.session_data = data
        self._outbound_connected = True
        return data

    def myevents(self) -> None:
        """Kept for greenswitch's users: `connect` has asked for the events already."""

    def linger(self, timeout: int | None = None) -> None:
        """Keep the connection after the hang-up for so many seconds (5 unless told)."""
        self.send(f"linger {int(timeout or LINGER)}")

    def supersede(self) -> None:
        """A newer connection has the call: fall silent, and stay open, since closing would end the newer one's park."""
        self._fall_silent(NEWER)
        if self.connected:
            gevent.spawn(self._say_quietly, "noevents")

    def disown(self) -> None:
        """Another controller has taken the call: send nothing more, and stay open until the call ends."""
        if not self.disowned:
            gevent.spawn(log.warning, "call %s was taken by another controller", self.uuid)
            self.disowned = True
            self._fall_silent(TAKEN)

    def hand_over(self, to: api.Place) -> None:
        """Send the call on to others and leave, in one write: this connection's end must not end the park of the next.

        Nothing may be in progress. Errors: SessionGone, Unsafe.
        """
        self._check()
        transfer = framed(f"api {api.uuid_transfer(self.uuid, to)}")
        self._fall_silent(LEFT)
        self._write(transfer + framed("exit"), Hoped("uuid_transfer"), Hoped("exit"))

    def _fall_silent(self, reason: str) -> None:
        self.superseded = True
        self._outbound_connected = False
        gone = SessionGone(reason)
        self._executions.fail(gone)
        for job in self._jobs.values():
            job.set_exception(gone)
        self._jobs.clear()

    # --- commands ---------------------------------------------------------------------------------------------------

    def send(
        self, command: str, timeout: float | None = STANDSTILL, *, fields: Iterable[tuple[str, str]] = ()
    ) -> Event:
        """As on any connection, but more patient."""
        return Connection.send(self, command, timeout, fields=fields)

    def api(self, command: str, timeout: float | None = STANDSTILL) -> str:
        """As on any connection, but more patient."""
        return Connection.api(self, command, timeout)

    # --- applications -----------------------------------------------------------------------------------------------

    def start(self, application: Application, key: str | None = None, lock: bool = True) -> Execution:
        """Queue an application behind those before it; `wait` on what this returns for its end.

        Without `lock` it runs at once inside the one in progress: never mix the two while any is queued.
        """
        self._check()
        key = key or str(uuid4())
        fields = [
            ("call-command", "execute"),
            ("execute-app-name", application.name),
            ("Event-UUID", key),
            *([("event-lock", "true")] if lock else []),
            *([("execute-app-arg", application.argument)] if application.argument else []),
        ]
        data = framed("sendmsg", fields)
        execution = self._executions.begin(key, application)
        try:
            execution.place = self._write(data, execution)
        except BaseException:
            self._executions.forget(execution)
            raise
        return execution

    def execute(self, application: Application, key: str | None = None, timeout: float | None = None) -> Event:
        """Run an application and wait for its end: its CHANNEL_EXECUTE_COMPLETE. Errors: see Execution.wait."""
        execution = self.start(application, key)
        try:
            return execution.wait(timeout)
        finally:
            self._executions.forget(execution)

    def break_all(self) -> None:
        """End the application in progress and throw away those queued behind it: their waiters hear Dropped.

        Not stopped by it (measured): play_and_get_digits and eavesdrop run on.
        """
        self._check()
        command = api.uuid_break(self.uuid, everything=True)
        reply, place = self._ask(framed(f"api {command}"), STANDSTILL, "uuid_break")
        if refused(reply.body):
            raise CallEnded(self.cause) if self.hung_up else CommandRefused(command, reply.body.strip())
        if queued := self._executions.not_begun(place):
            gevent.spawn_later(STARTED_LATE, self._executions.drop, queued)

    # --- the end ----------------------------------------------------------------------------------------------------

    def wait_for_hangup(self, timeout: float | None = None) -> bool:
        """Wait until the call is hung up and its last events are heard, or its connection is lost; False if neither."""
        return bool(self.ended.wait(timeout))

    def wait_for_ending(self, timeout: float | None = None) -> Ending | None:
        """Wait for the call's end and tell how it ended; None when FreeSWITCH did not say."""
        self.wait_for_hangup(timeout)
        return ending(self._last.headers) if self._last else None

    @property
    def last_headers(self) -> Headers | None:
        """Those of the call's last event, once it was heard."""
        return self._last.headers if self._last else None

    def be_sure(self) -> None:
        """Ask the channel whose it is, if that is in doubt; SessionGone when another controller has it."""
        if self.fence is None or self.hung_up or not self.fence.in_doubt:
            return
        result: gevent_event.AsyncResult[Event] = gevent_event.AsyncResult()
        super()._write(framed(f"api {api.uuid_getvar(self.uuid, self.fence.variable)}"), result)
        with gevent.Timeout(REPLY_TIMEOUT, SessionGone("nobody says whose the call is")):
            owner = cast(Event, result.get()).body.strip()
        if self.fence.lost_to(owner):
            self.disown()
        else:
            self.fence.be_sure()

    def _write(self, data: bytes, *waiters: Waiter) -> int:
        """Write commands, unless the call is another's."""
        self.be_sure()
        if self.disowned and not self.hung_up:
            raise SessionGone(TAKEN)
        return super()._write(data, *waiters)

    def _check(self) -> None:
        if self.superseded:
            raise SessionGone(TAKEN if self.disowned else NEWER)
        if self.hung_up:
            raise CallEnded(self.cause)
        if not self.connected:
            raise SessionGone(self.lost_because)

    # --- hearing ----------------------------------------------------------------------------------------------------

    def _note(self, name: str, event: Event) -> None:
        if not self.superseded and event.get("Unique-ID") == self._uuid:
            self._look_for_others(event)
        if name in ("CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE"):
            self._executions.hear(name, event)
        elif name in ("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE") and event.get("Unique-ID") == self._uuid:
            self._hear_hangup(event, last=name == "CHANNEL_HANGUP_COMPLETE")

    def _look_for_others(self, event: Event) -> None:
        if self.fence and self.fence.lost_by(event):
            self.disown()
        # A transfer (REFER, uuid_transfer) ends what the channel does like any break; it is offered anew then, perhaps
        # to another controller, and what we would send next would be done beside what that one sends.
        elif self._outbound_connected and event.get(SOURCE, self._source) != self._source:
            self._fall_silent(AWAY)

    def _hear_hangup(self, event: Event, last: bool) -> None:
        self.hung_up = True
        self.cause = event.get("Hangup-Cause", self.cause)
        self._outbound_connected = False
        if not last:
            return  # the application in progress will still complete
        self._last = event
        self._executions.fail(CallEnded(self.cause))
        self.ended.set()
        gevent.spawn(self._leave)

    def _hear_notice(self, event: Event) -> None:
        super()._hear_notice(event)
        if self.superseded and self._lingering:
            gevent.spawn(self._leave)

    def _leave(self) -> None:
        """Let FreeSWITCH free the channel, once nobody waits for an answer any more."""
        gevent.wait(list(self._jobs.values()), timeout=LINGER)
        self._say_quietly("exit")

    def _say_quietly(self, command: str) -> None:
        try:
            self._write(framed(command), Hoped(command))
        except (EslError, OSError) as error:
            log.debug("%s: %s", command, error)

    def _waiters(self) -> Iterable[Waiter]:
        return [*super()._waiters(), *self._executions.all()]

    def _lose(self, reason: str, notice: Event | None = None) -> None:
        super()._lose(reason, notice)
        self._outbound_connected = False
        self.ended.set()

"""One channel: a caller's leg or a callee's, from its start to its end. What it runs is in `session.py`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from gevent import Greenlet

from controller.virtual import cdr
from controller.virtual.core import Core
from controller.virtual.headers import channel_headers
from controller.virtual.party import Party
from controller.virtual.records import farewell
from controller.virtual.sound import Sound
from controller.virtual.variables import MEDIA
from controller.virtual.wire import GOODBYE, Command, Value

Q850 = {
    "UNALLOCATED_NUMBER": "1",
    "NO_ROUTE_DESTINATION": "3",
    "USER_BUSY": "17",
    "NO_USER_RESPONSE": "18",
    "NO_ANSWER": "19",
    "SUBSCRIBER_ABSENT": "20",
    "CALL_REJECTED": "21",
    "DESTINATION_OUT_OF_ORDER": "27",
    "NORMAL_TEMPORARY_FAILURE": "41",
}


WHEN_ANSWERED: list[Callable[[Channel], None]] = []  # execute_on_answer, which is known further up


class Socket(Protocol):
    """A connection of the event socket, as far as a call and the switch touch it."""

    outbound: bool

    def hangup_seen(self) -> None: ...
    def call_ended(self) -> None: ...
    def end(self, *, notice: bool = True, text: str = GOODBYE) -> None: ...


@dataclass(eq=False, repr=False)
class Switch(Core):
    """A core with its calls and its connections."""

    channels: dict[str, Channel] = field(default_factory=dict)
    listeners: set[Socket] = field(default_factory=set)


class Channel(Sound):
    """A leg of a call."""

    switch: Switch
    mate: Channel | None

    def __init__(
        self, switch: Switch, party: Party, *, uuid: str, name: str, direction: str, profile: dict[str, str]
    ) -> None:
        super().__init__(switch, party, uuid=uuid, name=name, direction=direction, profile=profile)
        self.partner: Channel | None = None  # the leg it is bridged with
        self.runner: Greenlet[..., None] | None = None  # what runs the channel's session, if it has one
        self.commands: deque[Command] = deque()
        self.locks = 0  # commands in progress that were sent with event-lock
        self.broken = self.broadcast = self.stop_broadcast = False
        self.controlled = False  # parked, and held there by a socket or by &park
        self.sockets: list[Socket] = []
        switch.channels[self.uuid] = self

    def sent(self, begin: float) -> bytes:
        """What is played to it, else what the person it talks to says."""
        played = self.played.frame(begin)
        return self.partner.said(begin) if self.partner and not any(played) else played

    def queue(self, command: Command) -> None:
        """A sendmsg: it is looked at one frame (20 ms) later."""
        self.commands.append(command)
        self.clock.later(self.switch.frame, self.poke)

    def ring(self) -> None:
        if self.ringing or self.early or self.answered:
            return
        self.ringing = True
        self.times["Progress"] = self.clock.stamp()
        if caller := self._originator():
            caller.times.setdefault("Progress", self.times["Progress"])
        if self.mate and self.direction == "inbound":
            self.mate.ring()
        self.fire("CHANNEL_PROGRESS")
        self.turn("RINGING")
        self.poke()

    def _originator(self) -> Channel | None:
        """Who called this leg: it keeps the times of its progress too."""
        return self.switch.channels.get(str(self.caller["uuid"])) if self.caller else None

    def open_media(self) -> None:
        """Early media; the party hears what is played from now on."""
        if self.early or self.answered:
            return
        self.early = True
        self.times["Progress-Media"] = self.clock.stamp()
        if caller := self._originator():
            caller.times["Progress-Media"] = self.times["Progress-Media"]
        if not self.is_loopback:
            self.variables |= {f"variable_{name}": value for name, value in MEDIA.items()}
        self.set("endpoint_disposition", "EARLY MEDIA")
        if self.mate and self.direction == "inbound":
            self.mate.open_media()
        self.fire("CHANNEL_PROGRESS_MEDIA")
        self.turn("EARLY")
        self.poke()

    def answer(self) -> None:
        if self.answered or self.cause:
            return
        if self.direction == "inbound" and not self.is_loopback:
            self.open_media()
        self.answered = True
        self.times["Answered"] = self.clock.stamp()
        if self.mate and self.direction == "inbound":
            self.mate.answer()
        self.fire("CHANNEL_ANSWER")
        self.turn("ACTIVE")
        self.set("endpoint_disposition", "ANSWER")
        for act in WHEN_ANSWERED:
            act(self)
        self.party.answered.set()
        self.poke()

    def hang_up(self, cause: str = "NORMAL_CLEARING", sip: str = "") -> None:
        """End the channel; the event is fired now, the rest follows when what it runs has let go."""
        if self.cause or self.ended:
            return
        self.cause = cause
        self.times["Hangup"] = self.clock.stamp()
        if sip:
            self.set("proto_specific_hangup_cause", f"sip:{sip}")
        if self.partner:
            self.set("last_bridge_role", "originator" if self.direction == "inbound" else "originatee")
        self.fire("CHANNEL_HANGUP")
        for socket in list(self.sockets):
            socket.hangup_seen()
        self.poke()
        for other in (self.partner, self.mate):
            if other:
                other.poke()

    def transfer(self, extension: str, context: str = "") -> None:
        """Send it to another extension. Its caller profile changes at once (recorded in 05_old_socket_*)."""
        if not self._may_transfer():
            return
        context = context or self.get("force_transfer_context") or self.profile.get("Context", "public")
        self.destination = extension
        stamp = self.clock.stamp()
        line = f"{stamp // 1_000_000}:{uuid4()}:bl_xfer:{extension}/{context}/XML"
        old = self.profile.get("Destination-Number", "")
        new = {"RDNIS": old, "Transfer-Source": line, "Destination-Number": extension, "Context": context}
        self.begin_passage(stamp, self.profile | new | {"Dialplan": "XML"})
        self.other_leg = {}
        self.push("transfer_history", line)
        self.set("transfer_source", line)
        self.set("signal_bond", None)
        self.poke()

    def _may_transfer(self) -> bool:
        """Each transfer uses up one of max_session_transfers, or of max_forwards where that is not set."""
        name = "max_session_transfers" if self.get("max_session_transfers") else "max_forwards"
        left = int(self.get(name) or 71) - 1
        if left <= 0:
            self.hang_up("EXCHANGE_ROUTING_ERROR")
            return False
        self.set(name, str(left))
        return True

    def report(self) -> None:
        """The end: hang-up states, HANGUP_COMPLETE, and DESTROY once no socket holds the channel any more."""
        if self.ended:
            return
        self.ended = True
        self.enter("CS_HANGUP")
        for path in list(self.recordings):
            self.stop_recording(path)
        self.turn("HANGUP")
        if self.mate and not self.mate.cause:
            self.mate.hang_up(self.cause)
        self.enter("CS_REPORTING")
        self.variables |= farewell(self, Q850.get(self.cause, "16"))
        if self.switch.cdr_dir and self.caller is None:
            cdr.write(self.switch.cdr_dir, self, self.switch.bus.core_uuid)
        self.fire("CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": self.cause})
        for socket in list(self.sockets):
            socket.call_ended()
        self.party.finish(self)
        self.release()

    def release(self) -> None:
        if self.ended and not self.sockets and not self.destroyed:
            self.destroyed = True
            self.switch.channels.pop(self.uuid, None)
            if any("Bridged" in one.times for one in (self.passage(), *self.passages)):
                self.call_uuid = self.uuid
            self.fire("CHANNEL_DESTROY", {"Hangup-Cause": self.cause})
            self.enter("CS_DESTROY")

    def data(self) -> dict[str, Value]:
        """What `connect` and `uuid_dump` show."""
        return channel_headers(self, variables=True)

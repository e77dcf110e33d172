"""One channel: a caller's leg or a callee's, its variables, flags and events. What it runs is in `session.py`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from gevent import Greenlet
from gevent.event import Event as Signal

from controller.virtual.headers import BARE, CALL_STATES, MEDIA, channel_headers
from controller.virtual.records import farewell
from controller.virtual.sound import Sound
from controller.virtual.variables import Variables
from controller.virtual.wire import Value

if TYPE_CHECKING:
    from controller.virtual.listener import Listener
    from controller.virtual.party import Party
    from controller.virtual.switch import VirtualSwitch
    from controller.virtual.wire import Command

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


class Channel(Variables, Sound):
    """A leg of a call. `ready` is false once it is hung up or is on its way to another extension."""

    def __init__(
        self, switch: VirtualSwitch, party: Party, *, uuid: str, name: str, direction: str, profile: dict[str, str]
    ) -> None:
        self.switch, self.clock, self.party = switch, switch.clock, party
        self.uuid = uuid or str(uuid4())
        self.name, self.direction, self.logical = name, direction, direction
        self.call_uuid = self.uuid
        self.profile, self.profile_index = profile, 1
        self.variables: dict[str, Value] = {}
        self.times = {"Profile": self.clock.stamp(), "Created": self.clock.stamp()}
        self.state, self.call_state, self.cause = "CS_INIT", "DOWN", ""
        self.answered = self.early = self.ringing = False
        self.other_leg: dict[str, Value] = {}
        self.partner: Channel | None = None  # the leg it is bridged with
        self.mate: Channel | None = None  # the other half of a loopback
        self.destination = ""  # where a transfer sends it
        self.redirect: Callable[[], None] | None = None  # what uuid_bridge makes it do next
        self.actions: list[tuple[str, str]] | None = None  # what is left of the dialplan's extension
        self.runner: Greenlet | None = None  # what runs the channel's session, if it has one
        self.dialler: Signal | None = None  # who waits for this leg to answer
        self.digits: deque[tuple[str, int, str]] = deque()
        self.typed = ""
        self.commands: deque[Command] = deque()
        self.locks = 0  # commands in progress that were sent with event-lock
        self.broken = self.broadcast = self.stop_broadcast = False
        self.controlled = False  # parked, and held there by a socket or by &park
        self.lost_since: float | None = None  # since when nobody takes the call
        self.sockets: list[Listener] = []
        self.recordings: dict[str, float] = {}
        self.ended = self.destroyed = False
        self.poked = Signal()
        switch.channels[self.uuid] = self

    # --- what it is

    @property
    def is_loopback(self) -> bool:
        return self.name.startswith("loopback/")

    @property
    def has_media(self) -> bool:
        return self.early or self.answered or self.is_loopback

    @property
    def ready(self) -> bool:
        return not (self.cause or self.destination or self.redirect)

    @property
    def answer_state(self) -> str:
        if self.cause:
            return "hangup"
        return "answered" if self.answered else "early" if self.early else "ringing"

    # --- events

    def fire(self, name: str, before: dict[str, Value] | None = None, after: dict[str, Value] | None = None) -> None:
        before, after = before or {}, after or {}
        self.party.note(name, self, before | after)
        self.switch.bus.fire(
            name, lambda: before | channel_headers(self, variables=name not in BARE) | after, self.uuid
        )

    def enter(self, state: str, call_state: str = "") -> None:
        """Change the state; the call state that goes with it is told first (seen on 1.11.1)."""
        self.state = state
        if call_state:
            self.turn(call_state)
        self.fire("CHANNEL_STATE")

    def turn(self, call_state: str) -> None:
        if call_state != self.call_state:
            old, self.call_state = self.call_state, call_state
            number = str(CALL_STATES.index(call_state))
            self.fire("CHANNEL_CALLSTATE", {"Original-Channel-Call-State": old, "Channel-Call-State-Number": number})

    # --- what happens to it

    def poke(self) -> None:
        self.poked.set()
        if self.dialler:
            self.dialler.set()

    def wait(self, deadline: float | None) -> None:
        """Wait until something happens to the channel, or until a moment of the clock."""
        self.clock.wait(self.poked, None if deadline == float("inf") else deadline)
        self.poked.clear()

    def queue(self, command: Command) -> None:
        """A sendmsg: it is looked at one frame (20 ms) later."""
        self.commands.append(command)
        self.clock.later(self.switch.frame, self.poke)

    def ring(self) -> None:
        if self.ringing or self.early or self.answered:
            return
        self.ringing = True
        self.times["Progress"] = self.clock.stamp()
        if self.mate and self.direction == "inbound":
            self.mate.ring()
        self.fire("CHANNEL_PROGRESS")
        self.turn("RINGING")
        self.poke()

    def open_media(self) -> None:
        """Early media; the party hears what is played from now on."""
        if self.early or self.answered:
            return
        self.early = True
        self.times["Progress-Media"] = self.clock.stamp()
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
        self.party.answered.set()
        self.poke()

    def hang_up(self, cause: str = "NORMAL_CLEARING", sip: str = "") -> None:
        """End the channel; the event is fired now, the rest follows when what it runs has let go."""
        if self.cause or self.ended:
            return
        self.cause = cause
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
        context = context or self.profile.get("Context", "public")
        self.destination = extension
        stamp = self.clock.stamp()
        line = f"{stamp // 1_000_000}:{uuid4()}:bl_xfer:{extension}/{context}/XML"
        old = self.profile.get("Destination-Number", "")
        new = {"RDNIS": old, "Transfer-Source": line, "Destination-Number": extension, "Context": context}
        self.profile = self.profile | new | {"Dialplan": "XML"}
        self.profile_index += 1
        self.times["Profile"] = stamp
        self.other_leg = {}
        self.set("max_forwards", str(int(self.get("max_forwards") or 71) - 1))
        self.push("transfer_history", line)
        self.set("transfer_source", line)
        self.set("signal_bond", None)
        self.poke()

    def report(self) -> None:
        """The end: hang-up states, HANGUP_COMPLETE, and DESTROY once no socket holds the channel any more."""
        if self.ended:
            return
        self.ended = True
        self.enter("CS_HANGUP")
        self.times["Hangup"] = self.clock.stamp()
        for path in list(self.recordings):
            self.stop_recording(path)
        self.turn("HANGUP")
        if self.mate and not self.mate.cause:
            self.mate.hang_up(self.cause)
        self.enter("CS_REPORTING")
        self.variables |= farewell(self, Q850.get(self.cause, "16"))
        self.fire("CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": self.cause})
        for socket in list(self.sockets):
            socket.call_ended()
        self.party.finish(self)
        self.release()

    def release(self) -> None:
        if self.ended and not self.sockets and not self.destroyed:
            self.destroyed = True
            self.switch.channels.pop(self.uuid, None)
            if "Bridged" in self.times:
                self.call_uuid = self.uuid
            self.fire("CHANNEL_DESTROY", {"Hangup-Cause": self.cause})
            self.enter("CS_DESTROY")

    def data(self) -> dict[str, Value]:
        """What `connect` and `uuid_dump` show."""
        return channel_headers(self, variables=True)

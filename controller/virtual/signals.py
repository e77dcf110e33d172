"""How a channel makes itself heard, and what wakes it up: its events, its states, its signal."""

from __future__ import annotations

from collections.abc import Mapping

from gevent.event import Event as Signal

from controller.virtual.core import Core
from controller.virtual.headers import BARE, CALL_STATES, channel_headers
from controller.virtual.party import Party
from controller.virtual.state import State
from controller.virtual.wire import Value


class Signals(State):
    """A channel that fires events on the switch's bus."""

    def __init__(
        self, switch: Core, party: Party, *, uuid: str, name: str, direction: str, profile: dict[str, str]
    ) -> None:
        super().__init__(switch.clock, switch.globals, uuid=uuid, name=name, direction=direction, profile=profile)
        self.switch, self.party = switch, party
        self.poked = Signal()
        self.dialler: Signal | None = None  # who waits for this leg to answer

    def fire(
        self,
        name: str,
        before: Mapping[str, Value] | None = None,
        after: Mapping[str, Value] | None = None,
        kind: str = "",
    ) -> None:
        """Tell the party and the bus; what is the event's own stands before and after the channel's headers.

        `kind` is the subclass of a CUSTOM event.
        """
        first, last = before or {}, after or {}
        own = {**first, **last}
        self.party.note(name, own)
        self.switch.table.hear(name, self, own, self.switch.show_lag)
        self.switch.bus.fire(
            name, lambda: {**first, **channel_headers(self, variables=name not in BARE), **last}, self.uuid, kind=kind
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

    def poke(self) -> None:
        self.poked.set()
        if self.dialler:
            self.dialler.set()

    def wait(self, deadline: float | None) -> None:
        """Wait until something happens to the channel, or until a moment of the clock."""
        self.clock.wait(self.poked, None if deadline == float("inf") else deadline)
        self.poked.clear()

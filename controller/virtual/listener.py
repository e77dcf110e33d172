"""One connection of the event socket, inbound or outbound: what it has subscribed, what it is allowed, how it ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import gevent
from gevent import socket

from controller.virtual import wire
from controller.virtual.channel import Channel, Switch
from controller.virtual.events import MY_EVENTS, Event
from controller.virtual.outlet import Outlet

FIRST_COMMAND = 24.5  # 25 whole seconds of the wall clock: FreeSWITCH waits 24 to 25 s for the first command (04y)


class Listener:
    """A connection.

    `channel` is the call an outbound one was offered, or the one an inbound one follows by `myevents UUID`.
    """

    def __init__(self, switch: Switch, sock: socket.socket, channel: Channel | None = None) -> None:
        self.switch, self.sock, self.channel = switch, sock, channel
        self.outbound = channel is not None
        self.uuid = channel.uuid if channel else ""
        self.out = Outlet(sock, switch.clock, switch.faults)
        self.authorised = self.outbound
        self.full = True
        self.connected = False
        self.format = "plain"
        self.names: set[str] = set()
        self.kinds: set[str] = set()  # CUSTOM subclasses
        self.filters: list[tuple[str, str]] = []
        self.follows = ""  # the uuid events are limited to, by myevents
        self.linger: int | None = None  # seconds; -1 for ever
        self.lingering = False
        self.running = True
        self.busy = False  # an api command runs: nothing else is sent meanwhile (10d)
        self._held: list[Event] = []
        self._timer: gevent.Greenlet[..., object] | None = None

    # --- events

    def wants(self, name: str, kind: str) -> bool:
        if not self.running:
            return False
        if "ALL" in self.names:
            return True
        return name in self.names and (name != "CUSTOM" or not kind or kind in self.kinds)

    def offer(self, event: Event) -> None:
        if self.filters and not self._passes(event):
            return
        if event.name == "CHANNEL_HANGUP_COMPLETE" and self._loses_the_end:
            return
        if self.busy:
            self._held.append(event)
        else:
            self.out.send(event.frame(self.format), event=True)

    def let_go(self) -> None:
        """The api command is done: what was held back goes out."""
        self.busy = False
        held, self._held = self._held, []
        for event in held:
            self.out.send(event.frame(self.format), event=True)

    def _passes(self, event: Event) -> bool:
        """Filters are or-ed, `/.../` is a regular expression, a leading `-` excludes (01d)."""
        passed = False
        for name, text in self.filters:
            value = event.headers.get(name)
            if value is None:
                value = next((own for key, own in event.headers.items() if key.lower() == name.lower()), None)
            if value is None:
                continue
            negative = text.lstrip(" +").startswith("-")
            pattern, found = text.lstrip(" +-"), wire.flat(value)
            hit = bool(re.search(pattern[1:-1], found)) if pattern.startswith("/") else pattern.lower() == found.lower()
            if hit and negative:
                return False
            passed = passed or hit
        return passed

    def my_events(self, channel: Channel | None) -> None:
        self.names |= MY_EVENTS
        self.channel = self.channel or channel
        if self.channel:
            self.uuid = self.follows = self.channel.uuid
        self.switch.bus.place(self)

    # --- reading

    def serve(self, obey: Callable[[Listener, wire.Command], None]) -> None:
        """Read commands until the connection or the call ends, and obey each."""
        if not self.outbound:
            self.out.send(b"Content-Type: auth/request\n\n")
        reader, first = wire.CommandReader(), True
        self._timer = self.switch.clock.later(FIRST_COMMAND, self.end)
        while self.running and (data := self._receive()):
            for command in reader.feed(data):
                if first:
                    first = False
                    self._timer.kill(block=False)
                if self.switch.faults.slow:
                    self.switch.clock.sleep(self.switch.faults.slow)
                if self.running:
                    obey(self, command)
        self.end(notice=False)

    def _receive(self) -> bytes:
        try:
            return self.sock.recv(65536)
        except (OSError, ValueError):
            return b""

    # --- ending

    def hangup_seen(self) -> None:
        """The call was hung up just now."""
        if self.linger is not None and self.switch.faults.early_notice:
            self._linger()

    @property
    def _loses_the_end(self) -> bool:
        """Without linger FreeSWITCH may close the socket before HANGUP_COMPLETE."""
        return self.outbound and self.linger is None and self.switch.faults.lose_hangup_complete

    def call_ended(self) -> None:
        """HANGUP_COMPLETE has been sent: linger if that was asked, else say goodbye."""
        if self.linger is None or not self.outbound:
            self.end()
        else:
            self._linger()

    def _linger(self) -> None:
        if self.lingering or self.channel is None or self.linger is None:
            return
        self.lingering = True
        self.out.send(wire.linger_notice(self.uuid, self.channel.name, self.linger))
        if self.linger >= 0:
            # whole seconds of the wall clock: N lasts N to N + 1 seconds
            self._timer = self.switch.clock.later(self.linger + 0.5, self.end)

    def end(self, *, notice: bool = True, text: str = wire.GOODBYE) -> None:
        """Close; a call that was held by this socket goes on in its dialplan."""
        if not self.running:
            return
        self.running = False
        self.switch.bus.remove(self)
        if notice:
            self.out.send(wire.notice(text, self.uuid))
        self.out.close(after=notice)
        if self._timer and self._timer is not gevent.getcurrent():
            self._timer.kill(block=False)
        self.switch.listeners.discard(self)
        if self.channel and self in self.channel.sockets:
            self.channel.sockets.remove(self)
            if self.outbound:
                self.channel.controlled = False
            self.channel.poke()
            self.channel.release()

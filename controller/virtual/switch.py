"""The virtual switch.

FreeSWITCH's stand-in on the real wire over TCP, for tests and for a machine without FreeSWITCH.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from uuid import uuid4

import gevent
from gevent import socket
from gevent.server import StreamServer

from controller.virtual import api, api_uuid, applications, commands, session, wire
from controller.virtual.callee import Callee
from controller.virtual.channel import Channel, Switch
from controller.virtual.clock import Clock
from controller.virtual.dialplan import Action, Dialplan
from controller.virtual.events import Bus
from controller.virtual.far_fax import FarFax
from controller.virtual.listener import Listener
from controller.virtual.loop import GLOBALS, safe
from controller.virtual.party import Caller, Party

__all__ = ["VirtualSwitch", "api", "api_uuid", "applications"]  # the last three enter themselves in the registry

APOLOGY: tuple[Action, ...] = (("playback", "tone_stream://%(500,500,480);loops=3"),)

PROFILES = frozenset({"internal", "external"})


class VirtualSwitch(Switch):
    """An event socket server for inbound connections, and callers whose calls are offered to the controller.

    `offer` is one address or several; at which of them an offer begins depends on the channel's uuid. `speed` makes its
    clock run faster than the wall clock; all other times are seconds of that clock. `wait` is the pause between two
    offers and `bound` how long a call is offered in vain. In `cdr_dir` each call leaves its account.
    """

    def __init__(
        self,
        esl_password: str = "ClueCon",  # noqa: S107  (FreeSWITCH's own default)
        offer: tuple[str, int] | Sequence[tuple[str, int]] = ("127.0.0.1", 8084),
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        speed: float = 1.0,
        sounds: str = "",
        domain: str = "pbx.localhost",
        wait: float = 1.0,
        bound: float = 60.0,
        fallback: Sequence[Action] = APOLOGY,
        dialplan: Dialplan | None = None,
        gateways: set[str] | None = None,
        profiles: frozenset[str] = PROFILES,
        acl: Sequence[str] | None = None,
        cdr_dir: str | Path = "",
    ) -> None:
        offers = cast("Sequence[tuple[str, int]]", [offer] if isinstance(offer[0], str) else offer)
        places = [f"{name}:{number}" for name, number in offers]
        self.offers = "|".join(places)
        super().__init__(
            esl_password=esl_password, host=host, domain=domain, clock=Clock(speed), sounds=sounds,
            dialplan=dialplan or safe(places, wait=wait, bound=bound, fallback=fallback),
            gateways=gateways, profiles=profiles, cdr_dir=str(cdr_dir),
        )  # fmt: skip
        if dialplan is None:
            self.globals |= GLOBALS
        self.port, self.acl = port, acl
        self._server: StreamServer | None = None

    # --- on and off

    def start(self) -> VirtualSwitch:
        """Listen; afterwards `address` says where."""
        if self.cdr_dir:
            Path(self.cdr_dir).mkdir(parents=True, exist_ok=True)
        self._server = StreamServer((self.host, self.port), self._accept)
        self._server.start()
        self.port = self._server.server_port or self.port
        return self

    def stop(self) -> None:
        """Drop everything: calls, connections, the listening socket."""
        if self._server:
            self._server.stop(timeout=0)
            self._server = None
        for listener in list(self.listeners):
            listener.end(notice=False)
        for channel in list(self.channels.values()):
            channel.party.finish(channel)
            if channel.runner:
                channel.runner.kill(block=False)
        self.channels.clear()
        self.table.clear()

    def __enter__(self) -> VirtualSwitch:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def restart(self, down: float = 1.0) -> None:
        """FreeSWITCH stops (connections hear it), every call is gone without an event, and it is back after `down`
        seconds.
        """
        for listener in list(self.listeners):
            listener.end(text=wire.SHUTDOWN)
        self.stop()
        self.bus = Bus(self.clock)
        self.hashes.clear()
        self.clock.sleep(down)
        self.start()

    def drop_connections(self, *, outbound: bool = True, inbound: bool = True) -> None:
        """The network breaks: connections end without a word; calls live on and their dialplan goes on."""
        for listener in list(self.listeners):
            if (listener.outbound and outbound) or (not listener.outbound and inbound):
                listener.end(notice=False)

    # --- calls

    def call(
        self, from_: str = "+33611111111", to: str = "+33123456789", *, name: str = "", variables: dict[str,
        str] | None = None,
        context: str = "public", caller: Caller | None = None,
    ) -> Caller:  # fmt: skip
        """A call comes in.

        From a trunk (context public) or from one of our phones (context internal). Returns the caller.
        """
        caller = caller or Caller(self.clock, from_)
        profile_name = "internal" if context == "internal" else "external"
        title = f"sofia/{profile_name}/{from_}@{self.domain}"
        who = name or from_
        profile = {
            "Username": from_, "Dialplan": "XML", "Caller-ID-Name": who, "Caller-ID-Number": from_,
            "Orig-Caller-ID-Name": who,
            "Orig-Caller-ID-Number": from_, "Network-Addr": "127.0.0.1", "ANI": from_, "Destination-Number": to,
            "Source": "mod_sofia", "Context": context,
        }  # fmt: skip
        channel = Channel(self, caller, uuid="", name=title, direction="inbound", profile=profile)
        caller.channel = channel
        channel.invited(
            uuid=channel.uuid, session=self.next_session(), number=from_, name=who, host=self.domain, dialled=to,
            channel=title,
            call_id=str(uuid4()), tag=channel.uuid[:13], stamp=str(channel.times["Created"]), profile=profile_name,
        )  # fmt: skip
        for key, value in (variables or {}).items():
            channel.set(key, value)
        channel.enter("CS_INIT")
        channel.fire("CHANNEL_CREATE")
        channel.runner = gevent.spawn(session.run, channel)
        return caller

    def callee(
        self, number: str, *, rings_after: float | None = 0.0, answers_after: float | None = None,
        early_media_after: float | None = None,
        busy: bool = False, no_answer: bool = False, status: int = 0, refuses_after: float = 0.0,
        hangs_up_after: float | None = None,
        presses: str = "", presses_after: float = 1.0, fax: FarFax | None = None,
    ) -> Callee:  # fmt: skip
        """Script who is called: `101`, `101@domain`, a number behind a gateway (`+33...@gateway`, or any), or `*`.

        Without further words the callee answers after a tenth of a second. `busy` is status 486; `no_answer` rings for
        ever.
        """
        if answers_after is None and early_media_after is None and not (busy or no_answer or status):
            answers_after = 0.1
        self.callees[number] = callee = Callee(
            number,
            rings_after,
            early_media_after,
            answers_after,
            486 if busy else status,
            refuses_after,
            hangs_up_after,
            presses,
            presses_after,
            fax,
        )
        return callee

    def party(self, uuid: str) -> Party | None:
        """Who is at the other end of a channel, for channels a test did not make itself (originate)."""
        channel = self.channels.get(uuid)
        return channel.party if channel else None

    # --- inbound connections

    def _accept(self, sock: socket.socket, address: tuple[str, int]) -> None:
        if self.acl is not None and address[0] not in self.acl:
            text = "Access Denied, go away.\n"
            with contextlib.suppress(OSError):
                sock.sendall(wire.to_bytes(f"Content-Type: text/rude-rejection\nContent-Length: {len(text)}\n\n{text}"))
                sock.sendall(wire.notice(wire.GOODBYE))
            sock.close()
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener = Listener(self, sock)
        self.listeners.add(listener)
        listener.serve(commands.obey)

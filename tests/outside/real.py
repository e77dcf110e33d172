"""A real FreeSWITCH's outside: SIP and RTP over loopback."""

from __future__ import annotations

import re
import select
import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

import gevent

from conf.freeswitch import Trunk
from tests.real.ports import free_port
from tests.real.sip import Agent, Call
from tests.real.speaking import Mouth
from tests.real.switch import RealSwitch, settings_for

from . import WITHIN

NONE: Mapping[str, str] = MappingProxyType({})
TRUNK = "127.0.0.9"
PASSWORDS = {
    "101@martin": "claire-phone-1",
    "102@martin": "paul-phone-22",
    "101@duval": "anna-phone-33",
    "103@duval": "jonas-phone-44",
    "201@secours": "rings-phone-201",
    "202@secours": "talks-phone-202",
}
KEYS = "0123456789*#"
SILENT = 0.2  # seconds without a packet


class RealPerson:
    def __init__(self, agent: Agent, call: Call) -> None:
        self.agent, self.call = agent, call
        self._left = False
        self.mouth: Mouth | None = None

    def presses(self, keys: str) -> None:
        assert self.is_answered()  # a controller knows a moment sooner than the phone
        send_keys(self.agent, self.call, keys)

    def says(self, file: str) -> None:
        self.mouth = self.mouth or Mouth(self.agent, self.call)
        self.mouth.say(file)

    def is_silent(self) -> None:
        if self.mouth:
            self.mouth.is_silent()

    def hears_nothing(self, within: float = WITHIN) -> bool:
        """Whether nothing is sent for a while."""
        self._forget_what_was_heard()
        with gevent.Timeout(within, False):
            while select.select([self.agent.media], [], [], SILENT)[0]:
                self.agent.media.recv(2048)
            return True
        return False

    def hangs_up(self) -> None:
        self._left = True
        if 200 in self.call.statuses:
            self.call.send("BYE")
        else:
            invite = self.call.invite
            assert invite
            self.agent.send("CANCEL", invite.one("uri"), self.call, branch=invite.start)

    def hears_something(self, within: float = WITHIN, anew: bool = False) -> bool:
        if anew:
            self._forget_what_was_heard()
        with gevent.Timeout(within, False):
            while not self.agent.hears(1, within):
                pass
            return True
        return False

    def _forget_what_was_heard(self) -> None:
        while select.select([self.agent.media], [], [], 0)[0]:
            self.agent.media.recv(2048)

    def gets_early_media(self, within: float = WITHIN) -> bool:
        return self._wait(lambda: 183 in self.call.statuses, within)

    def is_answered(self, within: float = WITHIN) -> bool:
        return self._wait(lambda: 200 in self.call.statuses, within)

    def has_ended(self, within: float = WITHIN) -> bool:
        return self._wait(self._over, within)

    def _over(self) -> bool:
        if self._left:
            return True
        refused = any(status >= 300 for status in self.call.statuses if status not in (401, 407))
        return refused or any(message.method == "BYE" for message in list(self.call.requests.queue))

    def _wait(self, met: Any, within: float) -> bool:
        with gevent.Timeout(within, False):
            while not met():
                gevent.sleep(0.02)
            return True
        return False


class RealPhone:
    """Answers its calls in a greenlet of its own."""

    def __init__(
        self,
        agent: Agent,
        busy: bool,
        no_answer: bool,
        talks: float | None,
        plays: float | None = None,
        rings: float = 0.0,
        status: int = 0,
        refuses_after: float = 0.0,
    ) -> None:
        self.agent = agent
        self._status, self._refuses_after = 486 if busy else status, refuses_after
        self._plays = plays
        self._rings = rings
        self.calls: list[Call] = []
        self._no_answer, self._talks = no_answer, talks
        self._leaving: list[gevent.Greenlet] = []
        self._mouth: tuple[Call, Mouth] | None = None
        self._greenlet = gevent.spawn(self._serve)

    @property
    def rung(self) -> int:
        return len(self.calls)

    @property
    def shown(self) -> list[str]:
        found = (re.search(r"sip:([^@]*)@", call.invite.one("from")) for call in self.calls if call.invite)
        return [match[1] for match in found if match]

    def says(self, file: str) -> None:
        """Speak in the call that was taken last."""
        if self._mouth is None or self._mouth[0] is not self.calls[-1]:
            self._mouth = (self.calls[-1], Mouth(self.agent, self.calls[-1]))
        self._mouth[1].say(file)

    def told(self, header: str) -> list[str]:
        """A header of the calls that came, percent-decoded."""
        return [unquote(call.invite.one(header.lower())) for call in self.calls if call.invite]

    @property
    def dialled(self) -> list[str]:
        found = (re.match(r"INVITE sip:([^@;]*)", call.invite.start) for call in self.calls if call.invite)
        return [match[1] for match in found if match]

    def close(self) -> None:
        gevent.killall([self._greenlet, *self._leaving])
        self.agent.close()

    def _serve(self) -> None:
        while True:
            call = self.agent.ringing.get()
            self.calls.append(call)
            if self._plays is not None:
                assert call.invite
                self.agent.respond(call.invite, 183, "Session Progress", call, sdp=True)
                gevent.sleep(self._plays)
            if self._status:
                gevent.sleep(self._refuses_after)
                call.reject(self._status)
            elif not self._no_answer:
                self._leaving.append(gevent.spawn_later(self._rings, self._answer, call))

    def _answer(self, call: Call) -> None:
        call.answer()
        if self._talks is not None:
            self._leaving.append(gevent.spawn_later(self._talks, call.send, "BYE"))


class RealOutside:
    kind = "real"

    def __init__(self, switch: RealSwitch, trunk_ports: Mapping[str, int]) -> None:
        self.switch = switch
        self._trunk_ports = trunk_ports
        self._made: list[Any] = []

    def settings(self) -> dict[str, str]:
        settings = self.switch.settings
        return {"SOUFFLEUR_ESL_PORT": str(settings.esl_port), "SOUFFLEUR_ESL_PASSWORD": settings.esl_password}

    def api(self, command: str) -> str:
        return self.switch.api(command)

    def from_trunk(
        self, number: str, caller: str = "+33611111111", name: str = "", headers: Mapping[str, str] = NONE
    ) -> RealPerson:
        user = quote(on_the_wire(caller), safe="+*", encoding="latin-1")
        agent = self._agent(user, "127.0.0.1", "", self.switch.settings.external_port, address=TRUNK)
        display = re.sub(r'(["\\])', r"\\\1", on_the_wire(name))
        lines = (f"{header}: {value}" for header, value in headers.items())
        return RealPerson(agent, agent.invite(number, *lines, display=f'"{display}"' if name else ""))

    def from_phone(self, extension: str, number: str, subscriber: str = "martin") -> RealPerson:
        agent = self._registered(extension, subscriber)
        return RealPerson(agent, agent.invite(quote(number, safe="+*")))

    def phone(
        self,
        extension: str,
        subscriber: str = "martin",
        *,
        busy: bool = False,
        no_answer: bool = False,
        talks: float | None = None,
        rings: float = 0.0,
    ) -> RealPhone:
        phone = RealPhone(self._registered(extension, subscriber), busy, no_answer, talks, rings=rings)
        self._made.append(phone)
        return phone

    def trunk(
        self,
        number: str = "",
        name: str = "carrier",
        *,
        busy: bool = False,
        no_answer: bool = False,
        talks: float | None = None,
        plays: float | None = None,
        silent: bool = False,
        status: int = 0,
        refuses_after: float = 0.0,
    ) -> RealPhone:
        """The far end of a trunk, which takes any number."""
        address = {"address": TRUNK, "port": self._trunk_ports[name]}
        agent = self._agent(name, TRUNK, "", self.switch.settings.external_port, **address)
        agent.rings = not silent and not (status and not refuses_after)
        phone = RealPhone(agent, busy, no_answer or silent, talks, plays, status=status, refuses_after=refuses_after)
        self._made.append(phone)
        return phone

    def _registered(self, extension: str, subscriber: str) -> Agent:
        password = PASSWORDS[f"{extension}@{subscriber}"]
        domain = f"{subscriber}.pbx.localhost"
        agent = self._agent(extension, domain, password, self.switch.settings.internal_port)
        assert agent.register() == 200
        return agent

    def _agent(self, user: str, domain: str, password: str, profile_port: int, **options: Any) -> Agent:
        agent = Agent((self.switch.address, profile_port), user, domain, password, **options)
        self._made.append(agent)
        return agent

    def close(self) -> None:
        """End every call and phone of one test."""
        for one in self._made:
            if isinstance(one, Agent) and one.domain.endswith(".localhost"):
                one.register(expires=0)
        self.switch.api("hupall")
        for one in reversed(self._made):
            one.close()
        self._made.clear()


def start_real(
    binary: str, folder: Any, offers: int | Sequence[int], directories: int | Sequence[int], **changes: Any
) -> RealOutside:
    """A FreeSWITCH with our configuration, two trunks at 127.0.0.9; a port, or one for each controller."""
    ports = {name: free_port(TRUNK) for name in ("carrier", "second")}
    carrier = Trunk("carrier", f"{TRUNK}:{ports['carrier']}", (f"{TRUNK}/32",))
    settings = settings_for(
        folder,
        trunks=(carrier, Trunk("second", f"{TRUNK}:{ports['second']}", ())),
        offers=_addresses(offers),
        directories=_addresses(directories),
        directory_secret="directory-secret",
        domain="pbx.localhost",
        **changes,
    )
    switch = RealSwitch(binary, folder, settings)
    switch.start()
    return RealOutside(switch, ports)


def _addresses(ports: int | Sequence[int]) -> tuple[str, ...]:
    return tuple(f"127.0.0.1:{port}" for port in ([ports] if isinstance(ports, int) else ports))


def on_the_wire(text: str) -> str:
    """A text as `Agent` writes it, one character a byte: Latin-1 where that can be, else UTF-8."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text


def send_keys(agent: Agent, call: Call, keys: str) -> None:
    """Press keys as RFC 4733 telephone events, each for 100 ms."""
    answer = next(message for message in list(call.answers.queue) if message.status == 200)
    host, port = re.search(r"c=IN IP4 (\S+)", answer.body), re.search(r"m=audio (\d+)", answer.body)
    assert host
    assert port
    stamp = max(getattr(agent, "stamp", 0), 8000)
    for key in keys:
        for step in range(1, 8):
            last, length = step > 5, min(step, 5) * 160
            agent.sequence = getattr(agent, "sequence", 0) + 1
            head = struct.pack("!BBHII", 0x80, 101 | (0x80 if step == 1 else 0), agent.sequence, stamp, 7)
            event = struct.pack("!BBH", KEYS.index(key), 0x80 | 10 if last else 10, length)
            agent.media.sendto(head + event, (host[1], int(port[1])))
            gevent.sleep(0.02)
        stamp = agent.stamp = max(getattr(agent, "stamp", 0), stamp) + 1600  # the same stamp would be the same key

"""The virtual switch's outside."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

from controller.esl.inbound import Inbound
from controller.virtual import Callee, Caller, VirtualSwitch

from . import WITHIN

NONE: Mapping[str, str] = MappingProxyType({})
SPEED = 3.0  # times the wall clock
PASSWORD = "event-socket-secret"


class VirtualPerson:
    def __init__(self, caller: Caller, speed: float) -> None:
        self.caller = caller
        self.speed = speed

    def presses(self, keys: str, after: float = 0.0) -> None:
        self.caller.presses(keys, after=after * self.speed)

    def hangs_up(self, after: float = 0.0) -> None:
        self.caller.hangs_up(after=after * self.speed)

    def hears_something(self, within: float = WITHIN, anew: bool = False) -> bool:
        return bool(self.caller.wait("PLAYBACK_START", within))

    def says(self, file: str) -> None:
        self.caller.says(file)

    def is_silent(self) -> None:
        self.caller.is_silent()

    def hears_nothing(self, within: float = WITHIN) -> bool:
        """Whether what was played last ends before its end."""
        return bool(self.caller.wait("PLAYBACK_STOP", within, playback_status="break"))

    def gets_early_media(self, within: float = WITHIN) -> bool:
        return bool(self.caller.wait("CHANNEL_PROGRESS_MEDIA", within))

    def is_answered(self, within: float = WITHIN) -> bool:
        return bool(self.caller.answered.wait(within))

    def has_ended(self, within: float = WITHIN) -> bool:
        return bool(self.caller.ended.wait(within))


class VirtualPhone:
    def __init__(self, callee: Callee) -> None:
        self.callee = callee

    @property
    def dialled(self) -> list[str]:
        return [str(call.channel.profile["Destination-Number"]) for call in self.callee.calls if call.channel]

    @property
    def rung(self) -> int:
        return len(self.callee.calls)

    def told(self, header: str) -> list[str]:
        """A header of the calls that came, percent-decoded."""
        return [unquote(str(call.channel.get(f"sip_h_{header}"))) for call in self.callee.calls if call.channel]

    def says(self, file: str) -> None:
        self.callee.calls[-1].says(file)

    @property
    def shown(self) -> list[str]:
        return [str(call.channel.profile["Caller-ID-Number"]) for call in self.callee.calls if call.channel]


class VirtualOutside:
    kind = "virtual"

    def __init__(self, *offer_ports: int, speed: float = SPEED, wait: float = 0.2, cdr_dir: str = "") -> None:
        offers = [("127.0.0.1", port) for port in offer_ports]
        options = {"cdr_dir": cdr_dir} if cdr_dir else {}
        self.speed = speed
        trunks = {"carrier", "second"}
        self.switch = VirtualSwitch(PASSWORD, offers, wait=wait, speed=speed, gateways=trunks, **options).start()

    def settings(self) -> dict[str, str]:
        return {"SOUFFLEUR_ESL_PORT": str(self.switch.port), "SOUFFLEUR_ESL_PASSWORD": PASSWORD}

    def api(self, command: str) -> str:
        client = Inbound("127.0.0.1", self.switch.port, PASSWORD)
        client.connect()
        try:
            return client.api(command)
        finally:
            client.close()

    def from_trunk(
        self, number: str, caller: str = "+33611111111", name: str = "", headers: Mapping[str, str] = NONE
    ) -> VirtualPerson:
        variables = {f"sip_h_{header}": value for header, value in headers.items()}
        return VirtualPerson(self.switch.call(caller, number, name=name, variables=variables), self.speed)

    def from_phone(self, extension: str, number: str, subscriber: str = "martin") -> VirtualPerson:
        known = {"souffleur_subscriber": subscriber, "souffleur_origin": "phone", "souffleur_user": extension}
        return VirtualPerson(self.switch.call(extension, number, variables=known, context="internal"), self.speed)

    def phone(self, extension: str, subscriber: str = "martin", **manner: Any) -> VirtualPhone:
        return VirtualPhone(self._callee(f"{extension}@{subscriber}.pbx.localhost", **manner))

    def trunk(self, number: str = "+33612345678", name: str = "", **manner: Any) -> VirtualPhone:
        return VirtualPhone(self._callee(f"{number}@{name}" if name else number, **manner))

    def _callee(
        self,
        number: str,
        talks: float | None = None,
        plays: float | None = None,
        rings: float | None = None,
        silent: bool = False,
        **manner: Any,
    ) -> Callee:
        if silent:
            manner |= {"no_answer": True, "rings_after": None}
        if "refuses_after" in manner:
            manner["refuses_after"] *= self.speed
        if rings is not None:
            manner |= {"answers_after": rings * self.speed}
        if plays is not None:
            later = "refuses_after" if manner.get("busy") else "answers_after"
            manner |= {"early_media_after": 0.0} | ({} if manner.get("no_answer") else {later: plays * self.speed})
        return self.switch.callee(number, hangs_up_after=talks, **manner)

    def close(self) -> None:
        self.switch.stop()

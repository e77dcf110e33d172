"""The virtual switch's outside."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from controller.virtual import Callee, Caller, VirtualSwitch

from . import WITHIN

NONE: Mapping[str, str] = MappingProxyType({})
SPEED = 3.0  # times the wall clock
PASSWORD = "event-socket-secret"


class VirtualPerson:
    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def presses(self, keys: str, after: float = 0.0) -> None:
        self.caller.presses(keys, after=after * SPEED)

    def hangs_up(self, after: float = 0.0) -> None:
        self.caller.hangs_up(after=after * SPEED)

    def hears_something(self, within: float = WITHIN, anew: bool = False) -> bool:
        return bool(self.caller.wait("PLAYBACK_START", within))

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
    def rung(self) -> int:
        return len(self.callee.calls)

    @property
    def shown(self) -> list[str]:
        return [str(call.channel.profile["Caller-ID-Number"]) for call in self.callee.calls if call.channel]


class VirtualOutside:
    kind = "virtual"

    def __init__(self, offer_port: int) -> None:
        offer = ("127.0.0.1", offer_port)
        self.switch = VirtualSwitch(PASSWORD, offer, wait=0.2, speed=SPEED, gateways={"carrier"}).start()

    def settings(self) -> dict[str, str]:
        return {"SOUFFLEUR_ESL_PORT": str(self.switch.port), "SOUFFLEUR_ESL_PASSWORD": PASSWORD}

    def from_trunk(
        self, number: str, caller: str = "+33611111111", name: str = "", headers: Mapping[str, str] = NONE
    ) -> VirtualPerson:
        variables = {f"sip_h_{header}": value for header, value in headers.items()}
        return VirtualPerson(self.switch.call(caller, number, name=name, variables=variables))

    def from_phone(self, extension: str, number: str, subscriber: str = "martin") -> VirtualPerson:
        known = {"souffleur_subscriber": subscriber, "souffleur_origin": "phone", "souffleur_user": extension}
        return VirtualPerson(self.switch.call(extension, number, variables=known, context="internal"))

    def phone(self, extension: str, subscriber: str = "martin", **manner: Any) -> VirtualPhone:
        return VirtualPhone(self._callee(f"{extension}@{subscriber}.pbx.localhost", **manner))

    def trunk(self, number: str = "+33612345678", **manner: Any) -> VirtualPhone:
        return VirtualPhone(self._callee(number, **manner))

    def _callee(
        self, number: str, talks: float | None = None, plays: float | None = None, **manner: Any
    ) -> Callee:
        if plays is not None:
            later = "refuses_after" if manner.get("busy") else "answers_after"
            manner |= {"early_media_after": 0.0} | ({} if manner.get("no_answer") else {later: plays * SPEED})
        return self.switch.callee(number, hangs_up_after=talks, **manner)

    def close(self) -> None:
        self.switch.stop()
